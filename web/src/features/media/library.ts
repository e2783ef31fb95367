import { api, type MediaSort, unwrap } from "@/api";

import type { Filters } from "./search/query";
import { MediaList } from "./sources/list";
import type { MediaSource } from "./sources/source";
import type { Tile } from "./sources/tile";
import { Timeline } from "./sources/timeline";

const PAGE = 100;
const KEPT_LISTS = 6;

interface KnownList {
  filters: Filters;
  list: MediaList;
}

/** Everything of the library that this page holds in memory. A change is made in all of it at once. */
class Library {
  readonly timeline = new Timeline({
    skeleton: () => unwrap(api.GET("/api/v1/media/timeline")),
    page: (start, end, cursor) =>
      unwrap(api.GET("/api/v1/media/timeline/page", { params: { query: { start, end, cursor, limit: 1_000 } } })),
  });

  private readonly lists = new Map<string, KnownList>();

  /** The list for these filters; the last few stay, so that going back costs nothing. */
  list(filters: Filters, sort: MediaSort): MediaList {
    const key = JSON.stringify([filters, sort]);
    const known = this.lists.get(key);
    if (known) {
      this.lists.delete(key);
      this.lists.set(key, known);
      return known.list;
    }
    const list = new MediaList((cursor, isFirst) =>
      unwrap(
        api.GET("/api/v1/media", { params: { query: { ...filters, sort, limit: PAGE, cursor, total: isFirst } } }),
      ),
    );
    this.lists.set(key, { filters, list });
    const oldest = this.lists.keys().next().value;
    if (this.lists.size > KEPT_LISTS && oldest !== undefined) this.lists.delete(oldest);
    return list;
  }

  find(id: string): Tile | undefined {
    for (const source of this.sources()) {
      const tile = source.find(id);
      if (tile) return tile;
    }
    return undefined;
  }

  /** Changes tiles everywhere; returns how to take it back. */
  patch(ids: readonly string[], change: (tile: Tile) => Tile): () => void {
    const wanted = new Set(ids);
    const undo = this.sources().map((source) => source.patch(wanted, change));
    return () => undo.forEach((one) => one());
  }

  /** Takes media out of what shows the living, or out of the trash; returns how to put them back. */
  remove(ids: readonly string[], from: "library" | "trash" | "everywhere"): () => void {
    const wanted = new Set(ids);
    const undo = this.sources(from).map((source) => source.remove(wanted));
    return () => undo.forEach((one) => one());
  }

  /** Lists with filters cannot tell whether a change concerns them: they ask again. */
  refreshLists(): void {
    for (const { list } of this.lists.values()) list.refreshSoon();
  }

  refresh(): void {
    this.timeline.distrust();
    this.refreshLists();
  }

  private sources(which: "library" | "trash" | "everywhere" = "everywhere"): MediaSource[] {
    const lists = [...this.lists.values()].filter(
      ({ filters }) => which === "everywhere" || (filters.trashed === true) === (which === "trash"),
    );
    return [...(which === "trash" ? [] : [this.timeline]), ...lists.map(({ list }) => list)];
  }
}

export const library = new Library();
