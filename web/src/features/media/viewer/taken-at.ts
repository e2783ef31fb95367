import type { Media } from "@/api";
import { formatDateTime } from "@/lib/format";

type Dated = Pick<Media, "taken_at" | "taken_at_offset" | "created_at">;

const localDateTime = new Intl.DateTimeFormat(typeof navigator === "undefined" ? "en" : navigator.language, {
  dateStyle: "medium",
  timeStyle: "short",
  timeZone: "UTC",
});

/** When it was taken, on the clock of the place where it was taken; else when it came. */
export function formatTakenAt(media: Dated): string {
  if (!media.taken_at) return formatDateTime(media.created_at);
  return localDateTime.format(new Date(Date.parse(media.taken_at) + (media.taken_at_offset ?? 0) * 60_000));
}

/** For an input of type datetime-local: `2024-05-17T14:03`. */
export function takenAtField(media: Dated): string {
  if (!media.taken_at) return "";
  const local = new Date(Date.parse(media.taken_at) + (media.taken_at_offset ?? 0) * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The moment that a field means, in the zone that the picture had. */
export function takenAtOf(field: string, offset: number | null): string | null {
  if (field === "") return null;
  return new Date(Date.parse(`${field.slice(0, 16)}:00Z`) - (offset ?? 0) * 60_000).toISOString().replace(".000", "");
}
