import { type Media, queryClient } from "@/api";

import { mediaKeys } from "./keys";
import { library } from "./library";
import { remember, type Tile, toldOver } from "./sources/tile";

/** What media.created, media.updated and media.variants_ready carry. */
interface Shown {
  media_id: string;
  version: number;
  day: string;
  ratio: number;
  thumbhash: string | null;
  colour: string | null;
  favourite: boolean;
  origin: Media["origin"];
  frames: number;
  state: Media["variants"];
  is_trashed: boolean;
}

function shownTile(shown: Shown): Tile {
  return {
    id: shown.media_id,
    ratio: shown.ratio,
    day: shown.day,
    thumbhash: shown.thumbhash,
    colour: shown.colour,
    favourite: shown.favourite,
    origin: shown.origin,
    frames: shown.frames,
    state: shown.state,
    version: shown.version,
    name: null,
    trashedAt: null,
    purgeAt: null,
  };
}

function adopt(data: Shown): void {
  const fresh = shownTile(data);
  remember(fresh);
  const { timeline } = library;
  const known = timeline.find(fresh.id);
  if (data.is_trashed) library.remove([fresh.id], "library");
  else if (!known) timeline.insert(fresh);
  else if (known.day !== fresh.day) timeline.distrust();
  library.patch([fresh.id], (tile) => {
    const isSamePicture = tile.thumbhash === fresh.thumbhash && tile.state === fresh.state;
    return { ...toldOver(tile, fresh), version: isSamePicture ? tile.version : fresh.version };
  });
  const detail = queryClient.getQueryData<Media>(mediaKeys.detail(fresh.id));
  if (detail && detail.version < data.version) {
    void queryClient.invalidateQueries({ queryKey: mediaKeys.detail(fresh.id) });
  }
}

export const mediaEvents: Record<string, (data: never) => void> = {
  "media.created": (data: Shown) => {
    adopt(data);
    library.refreshLists();
  },
  "media.updated": (data: Shown) => {
    adopt(data);
    library.refreshLists();
  },
  "media.variants_ready": adopt,
  "media.deleted": (data: { media_ids: string[] }) => {
    library.remove(data.media_ids, "everywhere");
    library.timeline.refreshSoon();
  },
  "media.bulk_updated": (data: { media_ids: string[] }) => {
    library.refresh();
    for (const id of data.media_ids.slice(0, 500)) {
      void queryClient.invalidateQueries({ queryKey: mediaKeys.detail(id) });
    }
  },
};
