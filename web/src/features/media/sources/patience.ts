import { useEffect } from "react";

import { Store, useStore } from "@/lib/store";

import type { Tile } from "./tile";

/** After so long a thumbnail is asked for although nobody said that it is made; the server then makes it at once. */
const PATIENCE_MS = 10_000;

/** Which media have waited long enough for somebody to say that their thumbnails are made. */
export class Patience {
  readonly over = new Store<ReadonlySet<string>>(new Set());
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  begin(mediaId: string): void {
    if (this.timers.has(mediaId)) return;
    const end = () => this.over.set((before) => new Set(before).add(mediaId));
    this.timers.set(mediaId, setTimeout(end, PATIENCE_MS));
  }

  /** It is known how it ended; should they be made again, it is waited for anew. */
  forget(mediaId: string): void {
    const timer = this.timers.get(mediaId);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.timers.delete(mediaId);
    this.over.set((before) => new Set([...before].filter((one) => one !== mediaId)));
  }
}

const patience = new Patience();

/**
 * Whether to ask for the thumbnails of a tile. While they are being made the server would decode the picture a second
 * time, beside its worker; an event says when they are there. Without events (they may not come through) it asks later.
 */
export function useHasThumbnails(tile: Pick<Tile, "id" | "state">): boolean {
  const { id, state } = tile;
  const isOver = useStore(patience.over, (ids) => ids.has(id));
  useEffect(() => {
    if (state === "pending") patience.begin(id);
    else patience.forget(id);
  }, [id, state]);
  return state === "ready" || (state === "pending" && isOver);
}
