import { Download, Heart, RotateCcw, Tag, Trash2, X } from "lucide-react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";

import { formatNumber } from "@/lib/format";
import { topBarSlot } from "@/lib/slots";
import { useStore } from "@/lib/store";
import { IconButton } from "@/ui/icon-button";

import { downloadOriginals, restoreMedia, setFavourite, trashMedia } from "../actions";
import { library } from "../library";
import type { Selection } from "./selection";

interface SelectionBarProps {
  selection: Selection;
  isTrash: boolean;
  onTag: (ids: string[]) => void;
  onDeleteForever: (ids: string[]) => void;
}

/** Takes the place of the top bar while something is picked. */
export function SelectionBar({ selection, isTrash, onTag, onDeleteForever }: SelectionBarProps) {
  const { t } = useTranslation();
  const picked = useStore(selection.ids);
  const slot = useStore(topBarSlot);
  if (!slot || picked.size === 0) return null;
  const ids = [...picked];
  const areFavourites = ids.every((id) => library.find(id)?.favourite);
  const finish = (work: (ids: string[]) => Promise<void>) => {
    selection.clear();
    void work(ids);
  };
  return createPortal(
    <div
      role="toolbar"
      aria-label={t("selection.label")}
      className="absolute inset-0 z-30 flex animate-appear items-center gap-1 bg-paper px-3 shadow-[inset_0_-2px_0_#e5482d]"
    >
      <IconButton icon={X} label={t("selection.clear")} shortcut="Escape" onClick={() => selection.clear()} />
      <p role="status" className="mr-auto ml-1 font-medium whitespace-nowrap">
        {t("selection.count", { count: ids.length, shown: formatNumber(ids.length) })}
      </p>
      {isTrash ? (
        <>
          <IconButton icon={RotateCcw} label={t("media.restore")} shortcut="r" onClick={() => finish(restoreMedia)} />
          <IconButton icon={Download} label={t("media.download")} shortcut="d" onClick={() => downloadOriginals(ids)} />
          <IconButton
            icon={Trash2}
            label={t("media.deleteForever")}
            shortcut="Delete"
            onClick={() => onDeleteForever(ids)}
          />
        </>
      ) : (
        <>
          <IconButton
            icon={Heart}
            isFilled={areFavourites}
            isPressed={areFavourites}
            label={areFavourites ? t("media.unfavourite") : t("media.favourite")}
            shortcut="f"
            onClick={() => void setFavourite(ids, !areFavourites)}
          />
          <IconButton icon={Tag} label={t("media.tag")} shortcut="t" onClick={() => onTag(ids)} />
          <IconButton icon={Download} label={t("media.download")} shortcut="d" onClick={() => downloadOriginals(ids)} />
          <IconButton icon={Trash2} label={t("media.trash")} shortcut="Delete" onClick={() => finish(trashMedia)} />
        </>
      )}
    </div>,
    slot,
  );
}
