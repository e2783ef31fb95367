import type { Media, TimelineColumns } from "@/api";

/** What a grid and a filmstrip need to know of a media; the whole media is asked for when it is opened. */
export interface Tile {
  id: string;
  ratio: number;
  /** `YYYY-MM-DD` in the timeline, null in lists. */
  day: string | null;
  thumbhash: string | null;
  colour: string | null;
  favourite: boolean;
  origin: Media["origin"];
  frames: number;
  state: Media["variants"];
  /** In the address of the thumbnails. Stays the same while only words about the picture change. */
  version: number;
  /** Title or file name, where known. */
  name: string | null;
  trashedAt: string | null;
  /** When the trash removes it for good. */
  purgeAt: string | null;
}

export type ThumbnailSize = "small" | "medium" | "large";

const LONGEST: Record<ThumbnailSize, number> = { small: 256, medium: 768, large: 1536 };

export function thumbnailUrl(tile: Pick<Tile, "id" | "version">, size: ThumbnailSize): string {
  return `/api/v1/media/${tile.id}/thumbnail?size=${size}&v=${String(tile.version)}`;
}

export function originalUrl(id: string, isDownload = false): string {
  return `/api/v1/media/${id}/data${isDownload ? "?download=1" : ""}`;
}

/** The smallest thumbnail that is sharp (to a tenth) when its longest side is shown with so many device pixels. */
export function thumbnailSizeFor(devicePixels: number): ThumbnailSize {
  if (devicePixels <= LONGEST.small * 1.1) return "small";
  return devicePixels <= LONGEST.medium * 1.1 ? "medium" : "large";
}

const KEPT = 2_000;
const told = new Map<string, Tile>();

/** Remembers what an event said of a media: an answer that was on its way at that moment knows less. */
export function remember(tile: Tile): void {
  told.delete(tile.id);
  told.set(tile.id, tile);
  const oldest = told.keys().next().value;
  if (told.size > KEPT && oldest !== undefined) told.delete(oldest);
}

/** `tile` with what an event says of its picture. */
export function toldOver(tile: Tile, event: Tile): Tile {
  return { ...event, day: tile.day, name: tile.name, trashedAt: tile.trashedAt, purgeAt: tile.purgeAt };
}

function newest(tile: Tile): Tile {
  const event = told.get(tile.id);
  return event && event.version > tile.version ? toldOver(tile, event) : tile;
}

export function tileOf(media: Media): Tile {
  return newest({
    id: media.id,
    ratio: media.width / media.height,
    day: null,
    thumbhash: media.thumbhash ?? null,
    colour: media.dominant_colour ?? null,
    favourite: media.favourite,
    origin: media.origin,
    frames: media.frames,
    state: media.variants,
    version: media.version,
    name: media.title ?? media.filename,
    trashedAt: media.trashed_at ?? null,
    purgeAt: media.purge_at ?? null,
  });
}

/** Turns columns into tiles. */
export function tilesOf(columns: TimelineColumns): Tile[] {
  return columns.id.map((id, index) =>
    newest({
      id,
      ratio: columns.ratio[index] ?? 1,
      day: columns.day[index] ?? null,
      thumbhash: columns.thumbhash[index] ?? null,
      colour: columns.colour[index] ?? null,
      favourite: columns.favourite[index] ?? false,
      origin: columns.origin[index] ?? "uploaded",
      frames: columns.frames[index] ?? 1,
      state: columns.state[index] ?? "pending",
      version: columns.version[index] ?? 0,
      name: null,
      trashedAt: null,
      purgeAt: null,
    }),
  );
}
