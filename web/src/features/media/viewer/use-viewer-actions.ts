import { Download, Heart, Info, RotateCcw, Star, Trash2, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import { type Action, useActions } from "@/lib/actions";
import { preferences } from "@/lib/preferences";

import { downloadOriginals, restoreMedia, setFavourite, setRating } from "../actions";
import type { Tile } from "../sources/tile";

export interface ViewerVerbs {
  close: () => void;
  step: (by: 1 | -1) => void;
  trash: () => void;
  toggleInspector: () => void;
  askDelete: () => void;
}

interface ViewerState {
  mediaId: string;
  tile: Tile | undefined;
  isTrashed: boolean;
  verbs: ViewerVerbs;
}

export function useViewerActions({ mediaId, tile, isTrashed, verbs }: ViewerState): void {
  const { t } = useTranslation();
  const favourite = () => void setFavourite([mediaId], !tile?.favourite);
  const tag = () => {
    if (!preferences.get().inspectorOpen) verbs.toggleInspector();
    // The field is drawn with the panel.
    setTimeout(() => document.querySelector<HTMLInputElement>("[data-inspector] [role=combobox]")?.focus(), 60);
  };
  const ratings = [1, 2, 3, 4, 5].map((rating): Action => ({
    id: `viewer.rate${String(rating)}`,
    label: t("media.rate", { count: rating }),
    group: "picture",
    icon: Star,
    keys: [String(rating)],
    run: () => void setRating([mediaId], rating),
  }));
  const living: Action[] = [
    {
      id: "viewer.favourite",
      label: t(tile?.favourite ? "media.unfavourite" : "media.favourite"),
      group: "picture",
      icon: Heart,
      keys: ["f"],
      run: favourite,
    },
    { id: "viewer.tag", label: t("media.tag"), group: "picture", keys: ["t"], isOnlyKey: true, run: tag },
    {
      id: "viewer.trash",
      label: t("media.trash"),
      group: "picture",
      icon: Trash2,
      keys: ["Delete", "Backspace"],
      run: verbs.trash,
    },
    ...ratings,
  ];
  const trashed: Action[] = [
    {
      id: "viewer.restore",
      label: t("media.restore"),
      group: "picture",
      icon: RotateCcw,
      keys: ["r"],
      run: () => void restoreMedia([mediaId]),
    },
    {
      id: "viewer.delete",
      label: t("media.deleteForever"),
      group: "picture",
      icon: Trash2,
      keys: ["Delete"],
      run: verbs.askDelete,
    },
  ];
  useActions([
    {
      id: "viewer.close",
      label: t("viewer.close"),
      group: "picture",
      icon: X,
      keys: ["Escape", "Enter", "Space"],
      run: verbs.close,
    },
    {
      id: "viewer.next",
      label: t("viewer.next"),
      group: "picture",
      keys: ["ArrowRight", "j"],
      isOnlyKey: true,
      run: () => verbs.step(1),
    },
    {
      id: "viewer.previous",
      label: t("viewer.previous"),
      group: "picture",
      keys: ["ArrowLeft", "k"],
      isOnlyKey: true,
      run: () => verbs.step(-1),
    },
    {
      id: "viewer.info",
      label: t("viewer.info"),
      group: "picture",
      icon: Info,
      keys: ["i"],
      run: verbs.toggleInspector,
    },
    {
      id: "viewer.download",
      label: t("media.download"),
      group: "picture",
      icon: Download,
      keys: ["d"],
      run: () => downloadOriginals([mediaId]),
    },
    ...(isTrashed ? trashed : living),
  ]);
}
