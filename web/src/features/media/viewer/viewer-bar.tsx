import { ArrowLeft, Download, Heart, Info, RotateCcw, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Media } from "@/api";
import { useIsPhone } from "@/lib/use-media-query";
import { IconButton } from "@/ui/icon-button";

import { downloadOriginals, restoreMedia, setFavourite } from "../actions";
import type { Tile } from "../sources/tile";
import { formatTakenAt } from "./taken-at";
import type { ViewerVerbs } from "./use-viewer-actions";

interface ViewerBarProps {
  tile: Tile | undefined;
  media: Media | undefined;
  position: string | null;
  isTrashed: boolean;
  isInspecting: boolean;
  verbs: ViewerVerbs;
}

/** What is seen and what can be done with it; on a phone the deeds stand below, within reach of the thumb. */
export function ViewerBar(props: ViewerBarProps) {
  const { media, position, verbs } = props;
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  return (
    <header className="flex h-14 shrink-0 items-center gap-1 px-2">
      <IconButton icon={ArrowLeft} label={t("viewer.close")} shortcut="Escape" onClick={verbs.close} />
      <div className="ml-1 min-w-0 flex-1">
        <h1 className="truncate font-medium">{media?.title ?? media?.filename ?? t("tile.picture")}</h1>
        <p className="truncate text-xs text-muted">
          {[media ? formatTakenAt(media) : null, position].filter((part) => part !== null).join(" · ")}
        </p>
      </div>
      {!isPhone && <Deeds {...props} />}
    </header>
  );
}

export function ViewerFooter(props: ViewerBarProps) {
  return (
    <footer className="safe-bottom shrink-0">
      <div className="flex h-14 items-center justify-around px-4">
        <Deeds {...props} />
      </div>
    </footer>
  );
}

function Deeds({ tile, media, isTrashed, isInspecting, verbs }: ViewerBarProps) {
  const { t } = useTranslation();
  const isFavourite = tile?.favourite ?? media?.favourite ?? false;
  const id = tile?.id ?? media?.id;
  if (id === undefined) return null;
  return (
    <>
      {!isTrashed && (
        <IconButton
          icon={Heart}
          isFilled={isFavourite}
          isPressed={isFavourite}
          label={t(isFavourite ? "media.unfavourite" : "media.favourite")}
          shortcut="f"
          onClick={() => void setFavourite([id], !isFavourite)}
        />
      )}
      <IconButton
        icon={Info}
        isPressed={isInspecting}
        label={t("viewer.info")}
        shortcut="i"
        className={isInspecting ? "bg-pressed" : ""}
        onClick={verbs.toggleInspector}
      />
      <IconButton icon={Download} label={t("media.download")} shortcut="d" onClick={() => downloadOriginals([id])} />
      {isTrashed ? (
        <>
          <IconButton
            icon={RotateCcw}
            label={t("media.restore")}
            shortcut="r"
            onClick={() => void restoreMedia([id])}
          />
          <IconButton icon={Trash2} label={t("media.deleteForever")} shortcut="Delete" onClick={verbs.askDelete} />
        </>
      ) : (
        <IconButton icon={Trash2} label={t("media.trash")} shortcut="Delete" onClick={verbs.trash} />
      )}
    </>
  );
}
