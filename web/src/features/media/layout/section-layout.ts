/** Where pictures stand in one section of a grid: justified rows, grouped by day where days are known. */

export interface LayoutItem {
  /** Width over height. */
  ratio: number;
  /** `YYYY-MM-DD`; null in a grid without days. */
  day: string | null;
}

export interface LayoutOptions {
  width: number;
  rowHeight: number;
  gap: number;
  /** Height of the line that names a day. */
  dayHead: number;
  /** Between days, beside and below each other. */
  dayGap: number;
  monthHead: number;
  /** A day of one narrow picture still needs room for its name. */
  minDayWidth: number;
}

export interface Row {
  top: number;
  height: number;
  /** First item, inclusive. */
  start: number;
  /** Last item, exclusive. */
  end: number;
}

export interface DayHead {
  day: string;
  top: number;
  left: number;
  width: number;
  start: number;
  end: number;
}

export interface MonthHead {
  month: string;
  top: number;
}

/** A short day in a row with others. */
export interface Block {
  start: number;
  end: number;
  /** As wide as its pictures are at the wanted height, with the gaps between them. */
  natural: number;
}

/** Panoramas and strips are cropped to these in the grid, so that one of them does not make a row of a thread. */
const MIN_RATIO = 0.4;
const MAX_RATIO = 3.2;
const MAX_STRETCH = 1.35;

const monthOf = (day: string) => day.slice(0, 7);

/**
 * Grows at its end: `extend` goes on from the last unfinished row, so that a day of 70,000 pictures which comes in 70
 * pages is laid out once, not 70 times.
 */
export class SectionLayout {
  readonly rows: Row[] = [];
  readonly days: DayHead[] = [];
  readonly months: MonthHead[] = [];
  readonly lefts: number[] = [];
  readonly widths: number[] = [];
  height = 0;
  count = 0;

  private top = 0;
  private month: string | null;
  /** Where `extend` begins again: what comes after it may still change. */
  private resume = { item: 0, top: 0, rows: 0, days: 0, months: 0, month: null as string | null, isInDay: false };

  constructor(
    private readonly options: LayoutOptions,
    previousMonth: string | null,
  ) {
    this.month = previousMonth;
    this.resume.month = previousMonth;
  }

  /** Lays out all of `items`, of which those of the last call are the beginning. */
  extend(items: readonly LayoutItem[]): void {
    this.rewind();
    let index = this.resume.item;
    let isInDay = this.resume.isInDay;
    let band: Block[] = [];
    let bandWidth = 0;
    while (index < items.length) {
      const day = items[index]?.day ?? null;
      const end = this.endOfDay(items, index, day);
      const natural = this.naturalWidth(items, index, end);
      const isOwnRows = isInDay || day === null || natural > this.options.width;
      if (!isInDay && day !== null && monthOf(day) !== this.month) {
        this.finishBand(items, band);
        band = [];
        this.mark(index);
        this.addMonth(day);
      }
      if (isOwnRows) {
        this.finishBand(items, band);
        band = [];
        if (!isInDay && day !== null) this.addDay(day, 0, this.options.width, index, end);
        this.extendDay(end);
        this.fillRows(items, index, end, day);
        isInDay = false;
      } else {
        const width = Math.max(natural, this.options.minDayWidth);
        if (band.length > 0 && bandWidth + this.options.dayGap + width > this.options.width) {
          this.finishBand(items, band);
          band = [];
        }
        if (band.length === 0) {
          if (this.months.at(-1)?.top !== this.top - this.options.monthHead) this.mark(index);
          bandWidth = width;
        } else bandWidth += this.options.dayGap + width;
        band.push({ start: index, end, natural });
      }
      index = end;
    }
    this.finishBand(items, band);
    this.count = items.length;
    this.height = this.top;
  }

  /** The row that holds an item, by halving. */
  rowOf(item: number): number {
    let low = 0;
    let high = this.rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.rows[middle]?.start ?? 0) <= item) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The last row that begins at or above `top`. */
  rowAt(top: number): number {
    let low = 0;
    let high = this.rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.rows[middle]?.top ?? 0) <= top) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private rewind(): void {
    const { item, top, rows, days, months, month } = this.resume;
    this.rows.length = rows;
    this.days.length = days;
    this.months.length = months;
    this.lefts.length = item;
    this.widths.length = item;
    this.top = top;
    this.month = month;
  }

  private mark(item: number, isInDay = false): void {
    this.resume = {
      item,
      top: this.top,
      rows: this.rows.length,
      days: this.days.length,
      months: this.months.length,
      month: this.month,
      isInDay,
    };
  }

  private endOfDay(items: readonly LayoutItem[], from: number, day: string | null): number {
    let end = from + 1;
    while (end < items.length && (items[end]?.day ?? null) === day) end += 1;
    return end;
  }

  private naturalWidth(items: readonly LayoutItem[], from: number, end: number): number {
    const { width, rowHeight, gap } = this.options;
    let sum = -gap;
    // Beyond one row the exact width does not matter.
    for (let index = from; index < end && sum <= width; index += 1) sum += ratioOf(items[index]) * rowHeight + gap;
    return sum;
  }

  private addMonth(day: string): void {
    this.month = monthOf(day);
    this.months.push({ month: this.month, top: this.top });
    this.top += this.options.monthHead;
  }

  private addDay(day: string, left: number, width: number, start: number, end: number): void {
    this.days.push({ day, top: this.top, left, width, start, end });
    if (left === 0) this.top += this.options.dayHead;
  }

  private extendDay(end: number): void {
    const last = this.days.at(-1);
    if (last) last.end = end;
  }

  /** Rows of one long day. The last row stays open: more of the day may come. */
  private fillRows(items: readonly LayoutItem[], from: number, end: number, day: string | null): void {
    const { width, rowHeight, gap, dayGap } = this.options;
    let start = from;
    this.mark(start, true);
    while (start < end) {
      let stop = start;
      let ratios = 0;
      let isFull = false;
      while (stop < end && !isFull) {
        const ratio = ratioOf(items[stop]);
        const withIt = (ratios + ratio) * rowHeight + (stop - start) * gap;
        if (withIt > width && stop > start && withIt - width > width - (withIt - ratio * rowHeight)) {
          isFull = true; // Closer to the wanted height without this one.
        } else {
          ratios += ratio;
          stop += 1;
          isFull = withIt >= width;
        }
      }
      const justified = (width - (stop - start - 1) * gap) / ratios;
      const height = isFull || justified <= rowHeight * 1.15 ? justified : rowHeight;
      this.addRow(items, start, stop, height, 0);
      this.top += height + gap;
      start = stop;
      if (start < end) this.mark(start, true);
    }
    this.top += day === null ? 0 : dayGap - gap;
  }

  private addRow(items: readonly LayoutItem[], start: number, end: number, height: number, left: number): number {
    let x = left;
    for (let index = start; index < end; index += 1) {
      const width = ratioOf(items[index]) * height;
      this.lefts.push(x);
      this.widths.push(width);
      x += width + this.options.gap;
    }
    this.rows.push({ top: this.top, height, start, end });
    return x - this.options.gap;
  }

  /** Several short days beside each other in one row, a little larger if that fills the line. */
  private finishBand(items: readonly LayoutItem[], band: readonly Block[]): void {
    const first = band[0];
    const last = band.at(-1);
    if (!first || !last) return;
    const { dayGap, minDayWidth, dayHead } = this.options;
    const height = bandHeight(band, this.options);
    const top = this.top;
    this.top = top + dayHead;
    const row: Row = { top: this.top, height, start: first.start, end: last.end };
    let left = 0;
    for (const block of band) {
      const rowsBefore = this.rows.length;
      const right = this.addRow(items, block.start, block.end, height, left);
      this.rows.length = rowsBefore; // One row for the whole band.
      const room = Math.max(right - left, minDayWidth);
      this.days.push({
        day: items[block.start]?.day ?? "",
        top,
        left,
        width: room,
        start: block.start,
        end: block.end,
      });
      left += room + dayGap;
    }
    this.rows.push(row);
    this.top += height + dayGap;
  }
}

/** How tall the pictures of several short days are that stand beside each other. */
export function bandHeight(band: readonly Block[], options: LayoutOptions): number {
  const { width, rowHeight, gap, dayGap, minDayWidth } = options;
  const gaps = band.reduce((sum, block) => sum + (block.end - block.start - 1) * gap, 0);
  const pictures = band.reduce((sum, block) => sum + block.natural, 0) - gaps;
  const stretch = (width - (band.length - 1) * dayGap - gaps) / pictures;
  const isNarrow = band.some((block) => block.natural < minDayWidth);
  return rowHeight * (!isNarrow && stretch >= 1 && stretch <= MAX_STRETCH ? stretch : 1);
}

/** The ratio at which a picture is shown. */
export function ratioOf(item: LayoutItem | undefined): number {
  const ratio = item?.ratio ?? 1;
  return Math.min(MAX_RATIO, Math.max(MIN_RATIO, Number.isFinite(ratio) && ratio > 0 ? ratio : 1));
}
