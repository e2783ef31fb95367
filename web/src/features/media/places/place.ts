import type { MediaSort } from "@/api";

import { library } from "../library";
import { type Filters, parseQuery } from "../search/query";
import type { MediaSource } from "../sources/source";

export const PLACES = ["library", "favourites", "search", "trash"] as const;

/** Which pictures are browsed: what lies behind the viewer and what its arrows walk through. */
export type Place = (typeof PLACES)[number];

export interface PlaceSearch {
  q?: string;
  sort?: MediaSort;
}

/** The viewer's address says from where it was opened. */
export interface ViewerSearch extends PlaceSearch {
  in?: Exclude<Place, "library">;
}

const SORTS: readonly string[] = ["newest", "oldest", "taken", "name", "size", "relevance"];

export function readPlaceSearch(search: Record<string, unknown>): PlaceSearch {
  const q = typeof search.q === "string" || typeof search.q === "number" ? String(search.q) : "";
  const sort = typeof search.sort === "string" && SORTS.includes(search.sort) ? (search.sort as MediaSort) : undefined;
  return { ...(q === "" ? {} : { q }), ...(sort === undefined ? {} : { sort }) };
}

export function readViewerSearch(search: Record<string, unknown>): ViewerSearch {
  const place = PLACES.find((one) => one === search.in && one !== "library");
  return { ...readPlaceSearch(search), ...(place === undefined || place === "library" ? {} : { in: place }) };
}

export function filtersOfPlace(place: Place, { q = "" }: PlaceSearch): Filters {
  if (place === "trash") return { trashed: true };
  if (place === "favourites") return { favourite: true };
  return q === "" ? {} : { q };
}

export function defaultSort(search: PlaceSearch): MediaSort {
  return parseQuery(search.q ?? "").text === "" ? "taken" : "relevance";
}

export function sourceOf(place: Place, search: PlaceSearch): MediaSource {
  if (place === "library") return library.timeline;
  return library.list(filtersOfPlace(place, search), search.sort ?? defaultSort(search));
}

export function pathOf(place: Place): "/" | "/favourites" | "/search" | "/trash" {
  return place === "library" ? "/" : `/${place}`;
}
