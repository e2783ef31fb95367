import { ImageOff } from "lucide-react";
import { useEffect, useState } from "react";

import { localPictures } from "@/features/uploads";
import { classNames } from "@/lib/class-names";
import { placeholderUrl } from "@/lib/placeholder";
import { type Store, useStore } from "@/lib/store";

import { useHasThumbnails } from "../sources/patience";
import { thumbnailSizeFor, thumbnailUrl, type Tile } from "../sources/tile";

/** Longer than a thumbnail fades in over what stood in its place. */
const FADE_MS = 400;

interface PictureProps {
  tile: Tile;
  width: number;
  height: number;
  isRushing: Store<boolean>;
}

/** What this page sent itself, or a colour or blur, until the thumbnail is there. */
export function Picture({ tile, width, height, isRushing }: PictureProps) {
  const rushing = useStore(isRushing);
  const [isWanted, setWanted] = useState(!rushing);
  const [shown, setShown] = useState<"waiting" | "shown" | "broken">("waiting");
  const hasThumbnails = useHasThumbnails(tile);
  const local = useStore(localPictures.addresses, (all) => all.get(tile.id)) ?? null;
  const placeholder = local ?? (isWanted || shown === "shown" ? placeholderUrl(tile.thumbhash) : null);
  const ratio = Math.max(width / height, tile.ratio);
  const src = thumbnailUrl(tile, thumbnailSizeFor(Math.max(ratio * height, height) * devicePixelRatio));
  useEffect(() => {
    if (!rushing) setWanted(true);
  }, [rushing]);
  useEffect(() => {
    // A new state or version is a new chance.
    setShown((before) => (before === "broken" ? "waiting" : before));
  }, [tile.state, tile.version]);
  useEffect(() => {
    if (isWanted && tile.state === "pending") localPictures.want(tile.id);
  }, [isWanted, tile.id, tile.state]);
  if (shown === "broken" || tile.state === "failed") {
    return (
      <span className="flex size-full items-center justify-center bg-sunken text-faint">
        <ImageOff aria-hidden className="size-6" strokeWidth={1.5} />
      </span>
    );
  }
  return (
    <span
      className="block size-full bg-sunken bg-cover bg-center"
      style={{
        backgroundColor: tile.colour ?? undefined,
        backgroundImage: placeholder === null ? undefined : `url(${placeholder})`,
      }}
    >
      {isWanted && hasThumbnails && (
        <img
          src={src}
          alt=""
          decoding="async"
          draggable={false}
          onLoad={() => {
            setShown("shown");
            setTimeout(() => localPictures.drop(tile.id), FADE_MS);
          }}
          onError={() => setShown("broken")}
          className={classNames(
            "size-full object-cover transition-opacity duration-150",
            shown === "shown" ? "opacity-100" : "opacity-0",
          )}
        />
      )}
    </span>
  );
}
