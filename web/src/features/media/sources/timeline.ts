import type { TimelineColumns, TimelineSkeleton } from "@/api";

import { MediaSource, newSection, type Section } from "./source";
import { type Tile, tilesOf } from "./tile";

export interface TimelineTransport {
  skeleton(): Promise<TimelineSkeleton>;
  page(start: string, end: string, cursor: string | null): Promise<TimelineColumns>;
}

/** Everything that is not in the trash, newest day first, in sections as the server counts them. */
export class Timeline extends MediaSource {
  private version = "";

  constructor(private readonly transport: TimelineTransport) {
    super();
  }

  /** Everything may have changed while nobody told us. */
  distrust(): void {
    for (const section of this.sections) section.isStale = section.items.length > 0;
    this.version = "";
    void this.reopen();
  }

  /**
   * A media that just came. Its day is known, its hour is not: it goes first in its day at once, and the section is
   * put in the server's order when it is loaded again.
   */
  insert(tile: Tile): void {
    const day = tile.day;
    if (day === null || this.find(tile.id)) return;
    const section = this.sections.find((one) => isWithin(day, one));
    if (!section || (section.items.length === 0 && section.count > 0)) {
      this.refreshSoon();
      return;
    }
    const found = section.items.findIndex((one) => (one.day ?? "") <= day);
    if (found < 0 && !section.isComplete) {
      this.refreshSoon();
      return;
    }
    const at = found < 0 ? section.items.length : found;
    this.replace(section, [...section.items.slice(0, at), tile, ...section.items.slice(at)]);
    section.count += 1;
    section.isStale = true;
    this.changed();
    this.refreshSoon();
  }

  /** Loads until `id`, which stands under `day`, is found; its position or -1. */
  async locate(id: string, day: string): Promise<number> {
    await this.whenOpen();
    const nearest = this.sections.find((one) => isWithin(day, one));
    if (!nearest) return this.indexOf(id);
    const from = this.sections.slice(0, this.sections.indexOf(nearest)).reduce((sum, one) => sum + one.count, 0);
    for (let upTo = 0; upTo < nearest.count; upTo += 1_000) {
      await this.load(from, from + Math.min(upTo + 999, nearest.count - 1));
      const index = this.indexOf(id);
      if (index >= 0) return index;
      if (nearest.error !== null) break;
    }
    return this.indexOf(id);
  }

  private async whenOpen(): Promise<void> {
    if (this.isPending) await this.open();
  }

  protected override async fetchSections(): Promise<void> {
    try {
      const skeleton = await this.transport.skeleton();
      this.error = null;
      if (skeleton.version !== this.version) this.adopt(skeleton);
      this.version = skeleton.version;
    } catch (error) {
      this.error = error;
    }
    this.isPending = this.error !== null && this.sections.length === 0;
    this.changed();
  }

  /** Takes the new counts and keeps what is loaded: nothing goes blank because one media came. */
  private adopt(skeleton: TimelineSkeleton): void {
    const known = new Map(this.sections.map((section) => [section.key, section]));
    const loaded = this.sections.flatMap((section) => section.items);
    this.sections = skeleton.buckets.map((bucket) => {
      const key = `${bucket.start}..${bucket.end}`;
      const old = known.get(key);
      if (old?.count === bucket.count) return old;
      const section = newSection(key, bucket.count, bucket.start, bucket.end, bucket.days);
      section.items = loaded.filter((tile) => tile.day !== null && isWithin(tile.day, section));
      section.count = Math.max(bucket.count, section.items.length);
      section.isStale = section.items.length > 0;
      return section;
    });
  }

  protected override async loadPage(section: Section): Promise<void> {
    const { oldest, newest } = section;
    if (oldest === null || newest === null) return;
    if (!section.isStale) {
      const page = await this.transport.page(oldest, newest, section.cursor);
      this.append(section, section.items.concat(tilesOf(page)), page.next_cursor ?? null);
      return;
    }
    const wanted = section.items.length;
    const fresh: Tile[] = [];
    section.isStale = false; // What comes while we ask makes it stale again.
    let cursor: string | null = null;
    do {
      const page: TimelineColumns = await this.transport.page(oldest, newest, cursor);
      fresh.push(...tilesOf(page));
      cursor = page.next_cursor ?? null;
    } while (cursor !== null && fresh.length < wanted);
    this.replace(section, keepPictures(section.items, fresh));
    this.append(section, section.items, cursor);
  }

  private append(section: Section, items: Tile[], cursor: string | null): void {
    section.items = items;
    section.cursor = cursor;
    section.isComplete = cursor === null;
    section.count = section.isComplete ? items.length : Math.max(section.count, items.length);
  }
}

function isWithin(day: string, section: Pick<Section, "oldest" | "newest">): boolean {
  return section.oldest !== null && section.newest !== null && day >= section.oldest && day <= section.newest;
}

/** Keeps the addresses of pictures that did not change, so that an edited title loads no thumbnail again. */
function keepPictures(before: readonly Tile[], after: readonly Tile[]): Tile[] {
  const known = new Map(before.map((tile) => [tile.id, tile]));
  return after.map((tile) => {
    const old = known.get(tile.id);
    const isSame = old?.thumbhash === tile.thumbhash && old.state === tile.state;
    return isSame ? { ...tile, version: old.version } : tile;
  });
}
