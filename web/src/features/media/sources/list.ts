import type { MediaPage } from "@/api";

import { MediaSource, newSection, type Section } from "./source";
import { type Tile, tileOf } from "./tile";

export type ListTransport = (cursor: string | null, isFirst: boolean) => Promise<MediaPage>;

/** A list with filters: one section without days, whose size is known after the first page. */
export class MediaList extends MediaSource {
  constructor(private readonly transport: ListTransport) {
    super();
  }

  protected override async fetchSections(): Promise<void> {
    try {
      const page = await this.transport(null, true);
      const wanted = this.sections[0]?.items.length ?? 0;
      const items = page.items.map(tileOf);
      let cursor = page.next_cursor ?? null;
      while (cursor !== null && items.length < wanted) {
        const next: MediaPage = await this.transport(cursor, false);
        items.push(...next.items.map(tileOf));
        cursor = next.next_cursor ?? null;
      }
      const section = newSection("list", page.total ?? items.length, null, null);
      this.fill(section, items, cursor);
      this.sections = [section];
      this.error = null;
      this.isPending = false;
    } catch (error) {
      this.error = error;
      this.isPending = this.sections.length === 0;
    }
    this.changed();
  }

  protected override async loadPage(section: Section): Promise<void> {
    const page = await this.transport(section.cursor, false);
    this.fill(section, section.items.concat(page.items.map(tileOf)), page.next_cursor ?? null);
  }

  private fill(section: Section, items: Tile[], cursor: string | null): void {
    section.items = items;
    section.cursor = cursor;
    section.isComplete = cursor === null;
    section.count = section.isComplete ? items.length : Math.max(section.count, items.length + 1);
  }
}
