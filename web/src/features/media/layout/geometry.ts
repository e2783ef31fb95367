import type { Section } from "../sources/source";
import { Estimate } from "./estimate";
import { type LayoutOptions, SectionLayout } from "./section-layout";

export interface Placed {
  section: Section;
  layout: SectionLayout | null;
  epoch: number;
  /** The count for which `height` was found. */
  count: number;
  previousMonth: string | null;
  top: number;
  height: number;
}

export interface Span {
  month: string;
  top: number;
  height: number;
}

export interface Box {
  top: number;
  height: number;
  /** False for what is not loaded yet: about where it will be. */
  isExact: boolean;
  section: number;
}

/** What stands at the upper edge of the window, so that it stays there when things above it change their height. */
interface Anchor {
  key: string;
  id: string | null;
  /** Where it was in its section; it is looked for only when it is there no more. */
  index: number;
  offset: number;
  /** How far into its section, for when nothing of it is laid out. */
  fraction: number;
  /** In the grey below loaded pictures: more of them shall not move what is seen. */
  isGrey: boolean;
}

/** As many pictures say how tall the others of their section are. */
const ENOUGH = 20;
/** As many pictures say what shapes a library has; more would not say it better. */
const SHAPES = { enough: 100, most: 400 };

const monthOf = (day: string | null) => day?.slice(0, 7) ?? null;

/**
 * The whole height of a grid without laying it out: sections that were looked at are exact, the others are estimated
 * from their counts. Only what comes into view is laid out, so its cost does not grow with the library.
 */
export class Geometry {
  placed: Placed[] = [];
  height = 0;
  private options: LayoutOptions;
  /** Ratios of pictures of this library; none while few are loaded. */
  private shapes: number[] = [];
  private estimate: Estimate;
  /** Taken before heights change, used by the next reveal. */
  private pinned: Anchor | null = null;

  constructor(options: LayoutOptions) {
    this.options = options;
    this.estimate = new Estimate(options, []);
  }

  /** Takes a new width or density; layouts are made again when they come into view. */
  setOptions(options: LayoutOptions, scroll: number): boolean {
    if (JSON.stringify(options) === JSON.stringify(this.options)) return false;
    this.pinned ??= this.anchorAt(scroll);
    this.options = options;
    this.estimate = new Estimate(options, this.shapes);
    for (const one of this.placed) {
      one.layout = null;
      one.height = this.heightOf(one);
    }
    this.stack();
    return true;
  }

  /** Takes the sections as they are now; keeps the layouts of those that are the same. */
  adopt(sections: readonly Section[], scroll: number): void {
    this.pinned ??= this.anchorAt(scroll);
    const isWiser = this.learnShapes(sections);
    const known = new Map(this.placed.map((one) => [one.section.key, one]));
    let previousMonth: string | null = null;
    this.placed = sections.map((section) => {
      const old = known.get(section.key);
      const isSame = old?.epoch === section.epoch && old.previousMonth === previousMonth;
      const placed: Placed = {
        section,
        layout: isSame ? old.layout : null,
        epoch: section.epoch,
        count: section.count,
        previousMonth,
        top: 0,
        height: 0,
      };
      previousMonth = monthOf(section.items.at(-1)?.day ?? null) ?? monthOf(section.oldest);
      // It stands as tall as before until it is laid out: after the first pictures no estimate gets so much better
      // that moving all below it is worth it.
      placed.height = old?.count === section.count && !isWiser ? old.height : this.heightOf(placed);
      return placed;
    });
    this.stack();
  }

  /**
   * Lays out what lies between two heights and returns the sections there. `scroll` keeps the anchor in place:
   * it is the new position at which the same picture stands at the upper edge.
   */
  reveal(
    scroll: number,
    before: number,
    viewport: number,
    after: number,
  ): { first: number; last: number; scroll: number } {
    const anchor = this.pinned ?? this.anchorAt(scroll);
    let at = this.pinned ? this.positionOf(anchor, scroll) : scroll;
    this.pinned = null;
    for (let round = 0; round < 4; round += 1) {
      const { first, last } = this.range(at - before, at + viewport + after);
      let isChanged = false;
      for (let index = first; index <= last; index += 1) isChanged = this.lay(index) || isChanged;
      if (!isChanged) return { first, last, scroll: at };
      this.stack();
      at = this.positionOf(anchor, at);
    }
    return { ...this.range(at - before, at + viewport + after), scroll: at };
  }

  /** The position of an item, as far as it is known now. */
  boxOf(index: number): Box | null {
    let from = 0;
    for (const [position, { section }] of this.placed.entries()) {
      if (index >= from + section.count) {
        from += section.count;
        continue;
      }
      const placed = this.placed[position];
      const row = placed?.layout?.rows[placed.layout.rowOf(index - from)];
      if (!placed) return null;
      // Not loaded yet: about where it will be.
      if (!row || index - from >= (placed.layout?.count ?? 0)) {
        return { top: placed.top + this.guessTop(placed, index - from), height: 0, isExact: false, section: position };
      }
      return { top: placed.top + row.top, height: row.height, isExact: true, section: position };
    }
    return null;
  }

  /** The item that stands at a height, guessed where nothing is loaded. */
  indexAt(top: number): number {
    const position = this.sectionAt(top);
    const placed = this.placed[position];
    if (!placed) return 0;
    const from = this.placed.slice(0, position).reduce((sum, one) => sum + one.section.count, 0);
    const inside = top - placed.top;
    const laid = placed.layout?.height ?? 0;
    if (placed.layout && inside < laid) {
      const { rows } = placed.layout;
      const at = placed.layout.rowAt(inside);
      // The names of a month and a day belong to what stands under them.
      const isBelow = inside >= (rows[at]?.top ?? 0) + (rows[at]?.height ?? 0);
      return from + (rows[isBelow ? Math.min(at + 1, rows.length - 1) : at]?.start ?? 0);
    }
    const missing = placed.section.count - (placed.layout?.count ?? 0);
    const share = Math.min(1, (inside - laid) / Math.max(1, placed.height - laid));
    return from + (placed.layout?.count ?? 0) + Math.floor(missing * share);
  }

  /** Months from top to bottom, for sticky heads and the scrubber. Within what is not laid out they are estimated. */
  months(): Span[] {
    const spans: Span[] = [];
    const begin = (month: string, top: number) => {
      const last = spans.at(-1);
      if (last?.month === month) return;
      if (last) last.height = top - last.top;
      spans.push({ month, top, height: 0 });
    };
    for (const { section, layout, top, height } of this.placed) {
      if (layout && layout.count > 0) {
        const first = monthOf(section.items[0]?.day ?? null);
        if (first !== null) begin(first, top);
        for (const head of layout.months) begin(head.month, top + head.top);
        const last = section.items[layout.count - 1]?.day ?? null;
        if (layout.count < section.count && last !== null && section.oldest !== null) {
          const months = monthsBetween(last, section.oldest).slice(1);
          const rest = height - layout.height;
          months.forEach((month, index) =>
            begin(month, top + layout.height + (rest * (index + 1)) / (months.length + 1)),
          );
        }
      } else if (section.newest !== null && section.oldest !== null) {
        const months = monthsBetween(section.newest, section.oldest);
        months.forEach((month, index) => begin(month, top + (height * index) / months.length));
      }
    }
    const last = spans.at(-1);
    if (last) last.height = this.height - last.top;
    return spans;
  }

  /** Where in its section an item will stand that is not laid out yet. */
  private guessTop({ section, layout, height }: Placed, local: number): number {
    const laid = layout?.height ?? 0;
    const count = layout?.count ?? 0;
    return laid + ((height - laid) * (local - count)) / Math.max(1, section.count - count);
  }

  private range(from: number, to: number): { first: number; last: number } {
    if (this.placed.length === 0) return { first: 0, last: -1 };
    return { first: this.sectionAt(from), last: this.sectionAt(to) };
  }

  private sectionAt(top: number): number {
    let low = 0;
    let high = this.placed.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.placed[middle]?.top ?? 0) <= top) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** True when the height of the section changed. */
  private lay(index: number): boolean {
    const placed = this.placed[index];
    if (!placed || (placed.layout?.count ?? -1) === placed.section.items.length) return false;
    if (placed.section.items.length === 0) return false;
    const before = placed.height;
    placed.layout ??= new SectionLayout(this.options, placed.previousMonth);
    placed.layout.extend(placed.section.items);
    placed.height = this.heightOf(placed);
    return Math.abs(placed.height - before) > 0.5;
  }

  private heightOf({ section, layout }: Placed): number {
    const laid = layout?.count ?? 0;
    if (laid >= section.count) return layout?.height ?? 0;
    const { days, count, newest, oldest } = section;
    const months = newest === null || oldest === null ? 0 : monthsBetween(newest, oldest).length;
    const unseen = { days: days.length > 0 || months === 0 ? days : [count], count, months };
    const rest = this.estimate.heightOf(unseen, laid, count);
    if (!layout) return rest;
    // The rest of a section is most like its beginning.
    const likeness = laid > ENOUGH ? layout.height / this.estimate.heightOf(unseen, 0, laid) : 1;
    return layout.height + rest * likeness;
  }

  /** True when the shapes of this library have just become known. */
  private learnShapes(sections: readonly Section[]): boolean {
    if (this.shapes.length > 0) return false;
    const found: number[] = [];
    for (const { items } of sections) {
      if (found.length >= SHAPES.most) break;
      for (const { ratio } of items.slice(0, SHAPES.most - found.length)) found.push(ratio);
    }
    if (found.length < SHAPES.enough) return false;
    this.shapes = found;
    this.estimate = new Estimate(this.options, found);
    return true;
  }

  private stack(): void {
    let top = 0;
    for (const placed of this.placed) {
      placed.top = top;
      top += placed.height;
    }
    this.height = top;
  }

  private anchorAt(scroll: number): Anchor | null {
    const placed = this.placed[this.sectionAt(scroll)];
    if (!placed || scroll <= 0) return null;
    const inside = scroll - placed.top;
    const isGrey = placed.layout !== null && inside > placed.layout.height;
    const row = isGrey ? undefined : placed.layout?.rows[placed.layout.rowAt(inside)];
    return {
      key: placed.section.key,
      id: row ? (placed.section.items[row.start]?.id ?? null) : null,
      index: row?.start ?? 0,
      offset: row ? inside - row.top : inside,
      fraction: placed.height > 0 ? inside / placed.height : 0,
      isGrey,
    };
  }

  private positionOf(anchor: Anchor | null, fallback: number): number {
    if (!anchor) return fallback;
    const placed = this.placed.find((one) => one.section.key === anchor.key);
    if (!placed) return fallback;
    const { items } = placed.section;
    if (anchor.id !== null) {
      const isThere = items[anchor.index]?.id === anchor.id;
      const index = isThere ? anchor.index : items.findIndex((tile) => tile.id === anchor.id);
      const row = index >= 0 ? placed.layout?.rows[placed.layout.rowOf(index)] : undefined;
      if (row) return placed.top + row.top + anchor.offset;
    }
    const inside = anchor.isGrey ? anchor.offset : anchor.fraction * placed.height;
    return placed.top + Math.min(inside, placed.height);
  }
}

/** From the later month to the earlier one, both inclusive. */
function monthsBetween(newest: string, oldest: string): string[] {
  let year = Number(newest.slice(0, 4));
  let month = Number(newest.slice(5, 7));
  const last = oldest.slice(0, 7);
  const months: string[] = [];
  for (let guard = 0; guard < 2_400; guard += 1) {
    const name = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
    months.push(name);
    if (name <= last) break;
    month -= 1;
    if (month === 0) {
      month = 12;
      year -= 1;
    }
  }
  return months;
}
