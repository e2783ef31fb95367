import { Store } from "@/lib/store";

import type { Tile } from "./tile";

export interface Section {
  readonly key: string;
  /** First and last day, inclusive; null where the source has no days. */
  readonly oldest: string | null;
  readonly newest: string | null;
  /** How many each of its days had when they were counted, newest first; empty where the source has no days. */
  readonly days: readonly number[];
  /** How many there are, loaded or not. */
  count: number;
  items: Tile[];
  /** Grows when `items` became others, not when they only grew at the end. */
  epoch: number;
  isComplete: boolean;
  isLoading: boolean;
  /** What is shown may be out of date: loaded again when it is next wanted. */
  isStale: boolean;
  cursor: string | null;
  error: unknown;
}

export interface Want {
  section: number;
  /** Items are wanted up to this position in the section. */
  upTo: number;
}

const AT_ONCE = 2;
const TELL_MS = 24;
const REFRESH_MS = 700;

let epochs = 0;

export function newSection(
  key: string,
  count: number,
  oldest: string | null,
  newest: string | null,
  days: readonly number[] = [],
): Section {
  return {
    key,
    oldest,
    newest,
    days,
    count,
    items: [],
    epoch: ++epochs,
    isComplete: count === 0,
    isLoading: false,
    isStale: false,
    cursor: null,
    error: null,
  };
}

/** An ordered run of media that loads as it is looked at: the timeline, or a list with filters. */
export abstract class MediaSource {
  /** Counts changes; what draws the source listens to it. */
  readonly revision = new Store(0);
  sections: Section[] = [];
  /** Before the first answer there is nothing to draw, not even a size. */
  isPending = true;
  error: unknown = null;

  private wants: readonly Want[] = [];
  private running = 0;
  private telling: ReturnType<typeof setTimeout> | undefined;
  private opening: Promise<void> | undefined;
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  private isOpened = false;

  get total(): number {
    return this.sections.reduce((sum, section) => sum + section.count, 0);
  }

  /** Asks the server for the sections; what goes wrong stands in `error`. */
  protected abstract fetchSections(): Promise<void>;
  /** Loads the next page of a section, or a stale one anew, into it. */
  protected abstract loadPage(section: Section): Promise<void>;

  /** Asks for the sections first; again after an error. */
  open(): Promise<void> {
    this.isOpened = true;
    this.opening ??= this.fetchSections().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  /** Something has changed: asks again, also where an answer is on its way, which may be older than the change. */
  async reopen(): Promise<void> {
    if (!this.isOpened) return;
    await this.opening;
    await this.open();
  }

  /** Asks again soon; many calls in a row ask once. */
  refreshSoon(): void {
    this.refreshing ??= setTimeout(() => {
      this.refreshing = undefined;
      void this.reopen();
    }, REFRESH_MS);
  }

  /** Says what is looked at now; what was wanted before and not begun is forgotten. */
  demand(wants: readonly Want[]): void {
    this.wants = wants;
    this.pump();
  }

  retry(section: Section): void {
    section.error = null;
    this.changed();
    this.pump();
  }

  at(index: number): Tile | undefined {
    let from = 0;
    for (const section of this.sections) {
      if (index < from + section.count) return section.items[index - from];
      from += section.count;
    }
    return undefined;
  }

  indexOf(id: string): number {
    let from = 0;
    for (const section of this.sections) {
      const index = section.items.findIndex((tile) => tile.id === id);
      if (index >= 0) return from + index;
      from += section.count;
    }
    return -1;
  }

  find(id: string): Tile | undefined {
    for (const section of this.sections) {
      const tile = section.items.find((one) => one.id === id);
      if (tile) return tile;
    }
    return undefined;
  }

  /** Asks for what lies around a position, for the viewer and its filmstrip. */
  ensure(index: number, around = 30): void {
    const wants: Want[] = [];
    let from = 0;
    for (const [position, section] of this.sections.entries()) {
      const start = from;
      from += section.count;
      if (index + around < start || index - around >= from) continue;
      wants.push({ section: position, upTo: Math.min(section.count, index + around - start + 1) });
    }
    this.demand(wants);
  }

  /** Loads all from one position to another, both inclusive, and returns them. */
  async load(first: number, last: number): Promise<Tile[]> {
    const found: Tile[] = [];
    let from = 0;
    for (const section of this.sections) {
      const start = from;
      from += section.count;
      if (last < start || first >= from) continue;
      while (!section.isComplete && section.items.length <= last - start && section.error === null) {
        await this.runPage(section);
      }
      found.push(...section.items.slice(Math.max(0, first - start), last - start + 1));
    }
    return found;
  }

  /** Changes tiles in place and returns how to change them back. */
  patch(ids: ReadonlySet<string>, change: (tile: Tile) => Tile): () => void {
    const before = new Map<string, Tile>();
    for (const section of this.sections) {
      section.items.forEach((tile, index) => {
        if (!ids.has(tile.id)) return;
        before.set(tile.id, tile);
        section.items[index] = change(tile);
      });
    }
    if (before.size > 0) this.changed();
    return () => void this.patch(new Set(before.keys()), (tile) => before.get(tile.id) ?? tile);
  }

  /** Takes tiles out and returns how to put them back where they were. */
  remove(ids: ReadonlySet<string>): () => void {
    const before: [Section, Tile[]][] = [];
    for (const section of this.sections) {
      const kept = section.items.filter((tile) => !ids.has(tile.id));
      if (kept.length === section.items.length) continue;
      before.push([section, section.items]);
      section.count -= section.items.length - kept.length;
      this.replace(section, kept);
    }
    if (before.length > 0) this.changed();
    return () => {
      for (const [section, items] of before) {
        section.count += items.length - section.items.length;
        this.replace(section, items);
      }
      this.changed();
    };
  }

  protected replace(section: Section, items: Tile[]): void {
    section.items = items;
    section.epoch = ++epochs;
  }

  protected changed(): void {
    this.revision.set((count) => count + 1);
  }

  private pump(): void {
    while (this.running < AT_ONCE) {
      const next = this.wants
        .map((want) => ({ want, section: this.sections[want.section] }))
        .find(
          ({ want, section }) =>
            section !== undefined &&
            !section.isLoading &&
            section.error === null &&
            (section.isStale || (!section.isComplete && section.items.length < want.upTo)),
        )?.section;
      if (!next) return;
      void this.runPage(next).then(() => this.pump());
    }
  }

  private async runPage(section: Section): Promise<void> {
    if (section.isLoading) {
      // Somebody else is at it; look again when that has ended.
      await new Promise<void>((resolve) => {
        const stop = this.revision.subscribe(() => {
          if (section.isLoading) return;
          stop();
          resolve();
        });
      });
      return;
    }
    section.isLoading = true;
    this.running += 1;
    try {
      await this.loadPage(section);
      section.error = null;
    } catch (error) {
      section.error = error;
    } finally {
      this.running -= 1;
      section.isLoading = false;
      this.changedSoon();
    }
  }

  /** Pages of one long day follow each other closely; drawing each of them would cost more than loading it. */
  private changedSoon(): void {
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      this.changed();
    }, TELL_MS);
  }
}
