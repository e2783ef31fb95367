import { CircleAlert, RotateCw } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Media } from "@/api";
import { localPictures } from "@/features/uploads";
import { useActions } from "@/lib/actions";
import { formatPercent } from "@/lib/format";
import { placeholderUrl } from "@/lib/placeholder";
import { useStore } from "@/lib/store";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/spinner";

import { retryVariants } from "../actions";
import { useHasThumbnails } from "../sources/patience";
import { originalUrl, thumbnailUrl, type Tile } from "../sources/tile";
import { useZoom } from "./use-zoom";

interface StageProps {
  tile: Tile;
  media: Media | undefined;
  onStep: (step: 1 | -1) => void;
  onClose: () => void;
}

/** What every browser of today can draw by itself; the others are seen through their large thumbnail. */
const DRAWABLE = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);
const LARGE = 1_536;

export function Stage({ tile, media, onStep, onClose }: StageProps) {
  const { t } = useTranslation();
  const [stage, setStage] = useState<HTMLDivElement | null>(null);
  const picture = {
    width: media?.width ?? 3_000 * Math.min(1, tile.ratio),
    height: media?.height ?? (3_000 * Math.min(1, tile.ratio)) / tile.ratio,
  };
  const { zoom, pull, fitted, pixels, zoomTo, handlers } = useZoom(stage, picture, tile.id, {
    onSwipe: (direction) => onStep(direction === "left" ? 1 : -1),
    onPullDown: onClose,
  });
  useActions([
    {
      id: "viewer.zoomIn",
      label: t("viewer.zoomIn"),
      group: "picture",
      keys: ["+", "="],
      isOnlyKey: true,
      run: () => zoomTo((scale) => scale * 1.4),
    },
    {
      id: "viewer.zoomOut",
      label: t("viewer.zoomOut"),
      group: "picture",
      keys: ["-"],
      isOnlyKey: true,
      run: () => zoomTo((scale) => scale / 1.4),
    },
    {
      id: "viewer.pixels",
      label: t("viewer.pixels"),
      group: "picture",
      keys: ["z"],
      run: () => zoomTo(zoom.scale > 1.01 ? 1 : Math.max(pixels, 1.01)),
    },
    { id: "viewer.fit", label: t("viewer.fit"), group: "picture", keys: ["0"], isOnlyKey: true, run: () => zoomTo(1) },
  ]);

  const isAnimated = tile.frames > 1;
  const isDrawable = media !== undefined && DRAWABLE.has(media.mime_type);
  const shownPixels = Math.max(fitted.width, fitted.height) * zoom.scale * devicePixelRatio;
  const wantsOriginal = isDrawable && (isAnimated || shownPixels > LARGE * 1.15 || tile.state !== "ready");
  const transform = `translate(${String(zoom.x + pull.x)}px, ${String(zoom.y + pull.y)}px) scale(${String(zoom.scale)})`;
  return (
    <div
      ref={setStage}
      data-testid="stage"
      className={`relative min-h-0 min-w-0 flex-1 touch-none overflow-hidden select-none ${zoom.scale > 1.01 ? "cursor-grab active:cursor-grabbing" : "cursor-zoom-in"}`}
      {...handlers}
    >
      <div
        className="absolute top-1/2 left-1/2 will-change-transform"
        style={{
          width: fitted.width,
          height: fitted.height,
          marginLeft: -fitted.width / 2,
          marginTop: -fitted.height / 2,
          transform,
          opacity: pull.y > 0 ? Math.max(0.4, 1 - pull.y / 500) : 1,
        }}
      >
        <Layers
          tile={tile}
          wantsOriginal={wantsOriginal}
          name={media?.title ?? media?.filename ?? t("tile.picture")}
          isCrisp={zoom.scale > pixels * 1.5}
        />
      </div>
      {tile.state === "failed" && <Failure media={media} />}
      {zoom.scale > 1.01 && (
        <p
          role="status"
          className="pointer-events-none absolute bottom-4 left-1/2 -translate-x-1/2 animate-appear rounded-full bg-black/70 px-3 py-1 text-sm text-white"
        >
          {formatPercent(zoom.scale / pixels)}
        </p>
      )}
    </div>
  );
}

/** From blurred to sharp: the placeholder, what the grid has already loaded, the large thumbnail, the original. */
function Layers({
  tile,
  wantsOriginal,
  name,
  isCrisp,
}: {
  tile: Tile;
  wantsOriginal: boolean;
  name: string;
  isCrisp: boolean;
}) {
  const [loaded, setLoaded] = useState<string | null>(null);
  const [broken, setBroken] = useState<string | null>(null);
  const hasThumbnails = useHasThumbnails(tile);
  const local = useStore(localPictures.addresses, (all) => all.get(tile.id)) ?? null;
  const large = thumbnailUrl(tile, "large");
  const original = originalUrl(tile.id);
  const placeholder = local ?? placeholderUrl(tile.thumbhash);
  const image = "absolute inset-0 size-full object-contain";
  useEffect(() => setBroken(null), [tile.id, tile.state]);
  const isLargeShown = hasThumbnails && broken !== large;
  const isSharp = loaded === large || loaded === original;
  return (
    <>
      {placeholder !== null && !isSharp && <img src={placeholder} alt="" className={image} draggable={false} />}
      {tile.state === "ready" && !isSharp && (
        <img src={thumbnailUrl(tile, "medium")} alt="" className={image} draggable={false} />
      )}
      {isLargeShown && (
        <img
          key={large}
          src={large}
          alt={name}
          draggable={false}
          decoding="async"
          onLoad={() => setLoaded(large)}
          onError={() => setBroken(large)}
          className={image}
        />
      )}
      {wantsOriginal && (
        <img
          key={original}
          src={original}
          alt={isLargeShown ? "" : name}
          draggable={false}
          decoding="async"
          onLoad={() => setLoaded(original)}
          className={image}
          style={isCrisp ? { imageRendering: "pixelated" } : undefined}
        />
      )}
      {!isSharp && tile.state !== "failed" && placeholder === null && (
        <Spinner className="absolute top-1/2 left-1/2 size-6 -translate-1/2 text-white" />
      )}
    </>
  );
}

function Failure({ media }: { media: Media | undefined }) {
  const { t } = useTranslation();
  return (
    <div className="pointer-events-none absolute inset-0 flex items-center justify-center p-6">
      <div
        role="alert"
        className="pointer-events-auto flex max-w-md flex-col items-center gap-3 rounded-lg bg-surface p-6 text-center shadow-float"
        onPointerDown={(event) => event.stopPropagation()}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        <CircleAlert aria-hidden className="size-6 text-bad" />
        <p className="font-semibold">{t("viewer.failed")}</p>
        <p className="break-words text-muted">{media?.failure?.message ?? t("viewer.failedText")}</p>
        {media && (
          <Button isSmall icon={RotateCw} onClick={() => void retryVariants(media.id)}>
            {t("common.retry")}
          </Button>
        )}
      </div>
    </div>
  );
}
