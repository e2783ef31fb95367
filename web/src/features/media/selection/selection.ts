import { Store } from "@/lib/store";

/** What is picked in a grid, and from where a range goes on. */
export class Selection {
  readonly ids = new Store<ReadonlySet<string>>(new Set());
  anchor: string | null = null;

  toggle(id: string): void {
    const next = new Set(this.ids.get());
    if (!next.delete(id)) next.add(id);
    this.anchor = id;
    this.ids.set(next);
  }

  add(ids: Iterable<string>): void {
    this.ids.set((before) => new Set([...before, ...ids]));
  }

  /** Picks all of them, or none if all were picked: what a day's own mark does. */
  toggleAll(ids: readonly string[]): void {
    const before = this.ids.get();
    const areAll = ids.every((id) => before.has(id));
    const next = new Set(before);
    for (const id of ids) {
      if (areAll) next.delete(id);
      else next.add(id);
    }
    this.ids.set(next);
  }

  clear(): void {
    this.anchor = null;
    if (this.ids.get().size > 0) this.ids.set(new Set());
  }
}
