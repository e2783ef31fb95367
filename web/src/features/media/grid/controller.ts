import { Store } from "@/lib/store";

import { type Box, Geometry, type Span } from "../layout/geometry";
import type { DayHead, LayoutOptions, MonthHead, Row } from "../layout/section-layout";
import type { MediaSource, Section, Want } from "../sources/source";
import type { Tile } from "../sources/tile";
import { nearestItem } from "./moves";

export interface VisibleSection {
  section: Section;
  top: number;
  height: number;
  /** Where loaded pictures end and the grey begins. */
  laid: number;
  rows: readonly Row[];
  days: readonly DayHead[];
  months: readonly MonthHead[];
  lefts: readonly number[];
  widths: readonly number[];
}

export interface GridView {
  height: number;
  sections: readonly VisibleSection[];
  months: readonly Span[];
  /** Set when what stands above changed its height: the scroll that shows the same pictures. */
  scrollTo: number | null;
}

export type Direction = "left" | "right" | "up" | "down" | "first" | "last" | "pageUp" | "pageDown";

/** Pixels per millisecond from which pictures are not worth loading while they fly by. */
const RUSHING = 5;
const CALM_MS = 110;
const OWN_SCROLLS = ["wheel", "touchmove", "keydown"] as const;
const EMPTY: GridView = { height: 0, sections: [], months: [], scrollTo: null };

/** Decides what of a source is drawn where, outside React: scrolling renders only when rows come or go. */
export class GridController {
  readonly view = new Store<GridView>(EMPTY);
  readonly isRushing = new Store(false);
  /** The one tile that tab reaches; arrows move it. */
  readonly focused = new Store<string | null>(null);
  /** Set by a move of the keyboard: the tile to focus once it is drawn. */
  pendingFocus: string | null = null;

  private readonly geometry: Geometry;
  private element: HTMLElement | null = null;
  private drawn = "";
  private revision = -1;
  private lastScroll = { top: 0, at: 0 };
  private calm: ReturnType<typeof setTimeout> | undefined;
  /** As of the last drawing: asking the element itself would make the browser lay out the page. */
  private seen = { scroll: 0, viewport: 0 };
  /** An item that was asked for before it was loaded: it is gone to when its pictures come. */
  private sought: number | null = null;

  constructor(
    readonly source: MediaSource,
    private options: LayoutOptions,
  ) {
    this.geometry = new Geometry(options);
  }

  /** Listens to the scrolling element and the source; returns how to stop. */
  attach(element: HTMLElement, startAt: number): () => void {
    this.element = element;
    const stop = this.source.revision.subscribe(() => this.update());
    const onScroll = () => {
      this.measureSpeed();
      this.update();
    };
    // The browser also scrolls by itself, when heights change; only these are the person going elsewhere.
    const stopSeeking = () => {
      this.sought = null;
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    for (const kind of OWN_SCROLLS) element.addEventListener(kind, stopSeeking, { passive: true });
    this.update(startAt);
    return () => {
      stop();
      clearTimeout(this.calm);
      element.removeEventListener("scroll", onScroll);
      for (const kind of OWN_SCROLLS) element.removeEventListener(kind, stopSeeking);
      this.element = null;
    };
  }

  setOptions(options: LayoutOptions): void {
    this.options = options;
    if (this.geometry.setOptions(options, this.element?.scrollTop ?? 0)) this.update();
  }

  scrollTo(top: number): void {
    this.sought = null;
    if (this.element) this.element.scrollTop = Math.max(0, top);
  }

  /**
   * Where one reads: the upper edge at the beginning, the lower edge at the end, so that every picture can be read at.
   */
  readingAt(): number {
    const { scroll, viewport } = this.seen;
    return scroll + Math.min(1, scroll / Math.max(1, this.geometry.height - viewport)) * viewport;
  }

  /** The share of all pictures that stands above a height: even however tall the days are. */
  shareAt(top: number): number {
    return this.geometry.indexAt(top) / Math.max(1, this.source.total - 1);
  }

  topOfShare(share: number): number {
    return this.geometry.boxOf(Math.round(share * (this.source.total - 1)))?.top ?? 0;
  }

  /** Goes to a height, and on to the picture that was meant when heights become exact. */
  readFrom(top: number): void {
    if (!this.element) return;
    const index = this.geometry.indexAt(top);
    this.scrollTo(this.scrollFor(top));
    this.sought = index;
    this.update();
  }

  private scrollFor(top: number): number {
    const { height } = this.geometry;
    return (top * Math.max(0, height - (this.element?.clientHeight ?? 0))) / Math.max(1, height);
  }

  get rowHeight(): number {
    return this.options.rowHeight;
  }

  /** Brings an item into view, in the middle when it is far away. */
  reveal(index: number): void {
    // What is far away is only guessed until it is drawn: the second look is exact.
    for (let look = 0; look < 2; look += 1) {
      const box = this.geometry.boxOf(index);
      if (!box || !this.element) return;
      const { scrollTop, clientHeight } = this.element;
      const isNear = box.top > scrollTop - clientHeight && box.top < scrollTop + 2 * clientHeight;
      // A sticky month and the name of the day stand above a row.
      const above = this.options.monthHead + this.options.dayHead;
      if (!isNear) this.scrollTo(box.top - clientHeight / 3);
      else if (box.top - above < scrollTop) this.scrollTo(box.top - above);
      else if (box.top + box.height > scrollTop + clientHeight) this.scrollTo(box.top + box.height + 16 - clientHeight);
      this.update();
      if (box.isExact) return;
    }
  }

  /** Moves the focus and returns the tile that has it now. */
  move(direction: Direction): Tile | undefined {
    const from = this.focused.get() === null ? -1 : this.source.indexOf(this.focused.get() ?? "");
    if (from < 0) return this.focus(this.firstVisible());
    const page = Math.max(1, Math.floor((this.element?.clientHeight ?? 800) / (this.options.rowHeight + 4)) - 1);
    switch (direction) {
      case "left":
        return this.focus(from - 1);
      case "right":
        return this.focus(from + 1);
      case "up":
        return this.focus(nearestItem(this.geometry.placed, from, -1, 1));
      case "down":
        return this.focus(nearestItem(this.geometry.placed, from, 1, 1));
      case "pageUp":
        return this.focus(nearestItem(this.geometry.placed, from, -1, page));
      case "pageDown":
        return this.focus(nearestItem(this.geometry.placed, from, 1, page));
      case "first":
        return this.focus(0);
      case "last":
        return this.focus(this.source.total - 1);
    }
  }

  focus(index: number): Tile | undefined {
    const at = Math.min(this.source.total - 1, Math.max(0, index));
    const tile = this.source.at(at);
    this.reveal(at);
    if (!tile) return undefined;
    this.pendingFocus = tile.id;
    this.focused.set(tile.id);
    this.update(undefined, true);
    return tile;
  }

  private firstVisible(): number {
    const top = this.element?.scrollTop ?? 0;
    let from = 0;
    for (const { section, layout, top: sectionTop, height } of this.geometry.placed) {
      if (sectionTop + height > top) {
        const row = layout?.rows.find((one) => sectionTop + one.top >= top);
        return from + (row?.start ?? 0);
      }
      from += section.count;
    }
    return 0;
  }

  private measureSpeed(): void {
    if (!this.element) return;
    const now = performance.now();
    const top = this.element.scrollTop;
    const speed = Math.abs(top - this.lastScroll.top) / Math.max(1, now - this.lastScroll.at);
    this.lastScroll = { top, at: now };
    if (speed < RUSHING) return;
    this.isRushing.set(true);
    clearTimeout(this.calm);
    this.calm = setTimeout(() => {
      this.isRushing.set(false);
      this.update(undefined, true);
    }, CALM_MS);
  }

  private update(startAt?: number, isForced = false): void {
    if (!this.element) return;
    const scroll = startAt ?? this.element.scrollTop;
    const viewport = this.element.clientHeight || 800;
    const revision = this.source.revision.get();
    const isChanged = revision !== this.revision;
    if (isChanged) this.geometry.adopt(this.source.sections, scroll);
    this.revision = revision;
    const before = Math.min(viewport * 0.75, 700);
    const after = Math.min(viewport, 900);
    const revealed = this.geometry.reveal(scroll, before, viewport, after);
    const sought = this.soughtNow();
    const {
      first,
      last,
      scroll: corrected,
    } = sought?.isExact === true ? this.geometry.reveal(this.scrollFor(sought.top), before, viewport, after) : revealed;
    this.seen = { scroll: corrected, viewport };
    const from = corrected - before;
    const to = corrected + viewport + after;
    const sections: VisibleSection[] = [];
    const wants: Want[] = [];
    for (let index = first; index <= last; index += 1) {
      const visible = this.visible(index, from, to);
      if (!visible) continue;
      sections.push(visible);
      wants.push(this.wantOf(index, visible, to));
    }
    const middle = corrected + viewport / 2;
    wants.sort((a, b) => this.distance(a.section, middle) - this.distance(b.section, middle));
    if (sought && this.sought !== null) {
      if (sought.isExact) this.sought = null;
      else wants.unshift({ section: sought.section, upTo: this.localOf(this.sought, sought.section) + 100 });
    }
    if (!this.isRushing.get()) this.source.demand(wants);
    const drawn = sections
      .map((one) => `${one.section.key} ${one.rows[0]?.start ?? ""}-${one.rows.at(-1)?.end ?? ""}`)
      .join();
    const key = `${drawn} ${String(this.geometry.height)} ${String(revision)}`;
    const scrollTo = Math.abs(corrected - this.element.scrollTop) > 0.5 ? corrected : null;
    if (key === this.drawn && scrollTo === null && !isForced) return;
    const isSameSpans = !isChanged && this.geometry.height === this.view.get().height;
    const months = isSameSpans ? this.view.get().months : this.geometry.months();
    this.drawn = key;
    this.view.set({ height: this.geometry.height, sections, months, scrollTo });
  }

  /** Where the sought item stands, if one is sought. */
  private soughtNow(): Box | null {
    return this.sought === null ? null : this.geometry.boxOf(this.sought);
  }

  private localOf(index: number, section: number): number {
    return index - this.source.sections.slice(0, section).reduce((sum, one) => sum + one.count, 0);
  }

  private visible(index: number, from: number, to: number): VisibleSection | null {
    const placed = this.geometry.placed[index];
    if (!placed || placed.top > to || placed.top + placed.height < from) return null;
    const { section, layout, top, height } = placed;
    const base = { section, top, height, laid: layout?.height ?? 0 };
    if (!layout || layout.rows.length === 0) {
      return { ...base, rows: [], days: [], months: [], lefts: [], widths: [] };
    }
    const rows: Row[] = [];
    for (let row = layout.rowAt(from - top); row < layout.rows.length; row += 1) {
      const one = layout.rows[row];
      if (!one || top + one.top > to) break;
      rows.push(one);
    }
    const isSeen = (at: number) => top + at <= to && top + at >= from - 120;
    return {
      ...base,
      rows,
      days: layout.days.filter(
        (day) =>
          isSeen(day.top) ||
          (top + day.top < from && (rows[0]?.start ?? -1) >= day.start && (rows[0]?.start ?? 0) < day.end),
      ),
      months: layout.months.filter((head) => isSeen(head.top)),
      lefts: layout.lefts,
      widths: layout.widths,
    };
  }

  private wantOf(index: number, visible: VisibleSection, to: number): Want {
    const { section, top, height, laid } = visible;
    const missing = section.count - section.items.length;
    const share = height - laid > 0 ? (to - top - laid) / (height - laid) : 0;
    const deeper = share > 0 ? Math.ceil(missing * Math.min(1, share)) : 0;
    return { section: index, upTo: Math.max(1, Math.min(section.count, section.items.length + deeper)) };
  }

  private distance(index: number, middle: number): number {
    const placed = this.geometry.placed[index];
    if (!placed) return Number.POSITIVE_INFINITY;
    if (middle < placed.top) return placed.top - middle;
    return middle > placed.top + placed.height ? middle - placed.top - placed.height : 0;
  }
}
