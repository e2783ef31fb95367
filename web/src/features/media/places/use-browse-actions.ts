import { Check, Download, Heart, RotateCcw, Star, Tag, Trash2, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import { type Action, useActions } from "@/lib/actions";
import { useStore } from "@/lib/store";

import { downloadOriginals, restoreMedia, setFavourite, setRating, trashMedia } from "../actions";
import { library } from "../library";
import type { Browse } from "./use-browse";

interface Asked {
  tag: (ids: string[]) => void;
  deleteForever: (ids: string[]) => void;
}

/** What the keyboard and the palette can do to what is picked, or else to the picture that has the focus. */
export function useBrowseActions(browse: Browse, isTrash: boolean, isActive: boolean, asked: Asked): void {
  const { t } = useTranslation();
  const { controller, selection, handlers, source } = browse;
  const picked = useStore(selection.ids);
  const focused = useStore(controller.focused);
  const targets = picked.size > 0 ? [...picked] : focused === null ? [] : [focused];
  const tile = focused === null ? undefined : source.find(focused);

  const then = (work: (ids: string[]) => void) => () => {
    if (targets.length > 0) work(targets);
  };
  const trash = (ids: string[]) => {
    selection.clear();
    void trashMedia(ids);
  };
  const restore = (ids: string[]) => {
    selection.clear();
    void restoreMedia(ids);
  };
  const moves: Action[] = [
    {
      id: "grid.next",
      label: t("keys.move"),
      group: "library",
      keys: ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "j", "k"],
      isOnlyKey: true,
      run: () => controller.move("right"),
    },
    {
      id: "grid.open",
      label: t("keys.open"),
      group: "library",
      keys: ["Enter", "Space"],
      isOnlyKey: true,
      run: () => tile && handlers.open(tile),
    },
    {
      id: "grid.select",
      label: t("keys.select"),
      group: "selection",
      keys: ["x"],
      icon: Check,
      isOnlyKey: true,
      run: () => tile && handlers.pick(tile, false),
    },
    {
      id: "grid.range",
      label: t("keys.range"),
      group: "selection",
      keys: ["shift+ArrowRight", "shift+x"],
      isOnlyKey: true,
      run: () => tile && handlers.pick(tile, true),
    },
    {
      id: "grid.clear",
      label: t("selection.clear"),
      group: "selection",
      keys: ["Escape"],
      icon: X,
      isOnlyKey: picked.size === 0,
      run: () => selection.clear(),
    },
  ];
  const common: Action[] = [
    {
      id: "grid.download",
      label: t("media.download"),
      group: "selection",
      keys: ["d"],
      icon: Download,
      run: then(downloadOriginals),
    },
  ];
  const living: Action[] = [
    {
      id: "grid.favourite",
      label: t("media.favourite"),
      group: "selection",
      keys: ["f"],
      icon: Heart,
      run: then((ids) => void setFavourite(ids, !ids.every((id) => library.find(id)?.favourite))),
    },
    { id: "grid.tag", label: t("media.tag"), group: "selection", keys: ["t"], icon: Tag, run: then(asked.tag) },
    {
      id: "grid.trash",
      label: t("media.trash"),
      group: "selection",
      keys: ["Delete", "Backspace"],
      icon: Trash2,
      run: then(trash),
    },
    ...[1, 2, 3, 4, 5].map((rating): Action => ({
      id: `grid.rate${String(rating)}`,
      label: t("media.rate", { count: rating }),
      group: "selection",
      keys: [String(rating)],
      icon: Star,
      isOnlyKey: targets.length === 0,
      run: then((ids) => void setRating(ids, rating)),
    })),
  ];
  const trashed: Action[] = [
    {
      id: "grid.restore",
      label: t("media.restore"),
      group: "selection",
      keys: ["r"],
      icon: RotateCcw,
      run: then(restore),
    },
    {
      id: "grid.delete",
      label: t("media.deleteForever"),
      group: "selection",
      keys: ["Delete"],
      icon: Trash2,
      run: then(asked.deleteForever),
    },
  ];
  useActions([...moves, ...common, ...(isTrash ? trashed : living)], isActive);
}
