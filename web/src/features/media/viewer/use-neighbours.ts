import { useEffect, useState } from "react";

import type { Media } from "@/api";
import { useStore } from "@/lib/store";

import { library } from "../library";
import type { MediaSource } from "../sources/source";
import { thumbnailUrl, type Tile, tileOf } from "../sources/tile";

export interface Neighbours {
  tile: Tile | undefined;
  /** Position in the source; -1 while unknown, or for what is not in it. */
  index: number;
  at: (index: number) => Tile | undefined;
}

/** The day under which the timeline has a media, as near as its own fields tell. */
function dayOf(media: Media): string {
  const local = media.taken_at
    ? new Date(Date.parse(media.taken_at) + (media.taken_at_offset ?? 0) * 60_000)
    : new Date(media.created_at);
  return local.toISOString().slice(0, 10);
}

/** Where a media stands among the others; for an address that was opened directly it is looked up. */
export function useNeighbours(source: MediaSource, mediaId: string, media: Media | undefined): Neighbours {
  useStore(source.revision);
  const [sought, setSought] = useState<string | null>(null);
  const index = source.indexOf(mediaId);

  useEffect(() => {
    if (source.isPending) void source.open();
  }, [source]);

  useEffect(() => {
    if (index >= 0 || media?.id !== mediaId || sought === mediaId) return;
    setSought(mediaId);
    if (source === library.timeline && media.trashed_at === null) void library.timeline.locate(mediaId, dayOf(media));
  }, [source, index, media, mediaId, sought]);

  useEffect(() => {
    if (index < 0) return;
    source.ensure(index);
    // The next and the one before are there when they are asked for.
    for (const step of [1, -1, 2]) {
      const neighbour = source.at(index + step);
      if (neighbour?.state === "ready") new Image().src = thumbnailUrl(neighbour, "large");
    }
  }, [source, index]);

  const tile = index >= 0 ? source.at(index) : (library.find(mediaId) ?? (media ? tileOf(media) : undefined));
  return { tile, index, at: (position) => source.at(position) };
}
