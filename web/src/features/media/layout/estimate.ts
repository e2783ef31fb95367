import { bandHeight, type Block, type LayoutOptions, ratioOf, SectionLayout } from "./section-layout";

/** Fewer pictures say little about how many of them fit into a row. */
const ENOUGH = 120;
/** Width over height of pictures of a usual library, until some of this one are known. */
const SHAPES = [4 / 3, 4 / 3, 4 / 3, 3 / 2, 3 / 2, 16 / 9, 3 / 4, 3 / 4, 2 / 3];
/** By the golden ratio, which mixes them evenly and in no pattern that a row could repeat. */
const USUAL = Array.from({ length: ENOUGH }, (_, index) => SHAPES[Math.floor(((index * 0.618034) % 1) * 9)] ?? 1);

/** What is known of a section without its pictures. */
export interface Unseen {
  /** How many pictures each day has, newest first; empty where the source has no days. */
  days: readonly number[];
  /** Pictures in all, also where that is not the sum of the days any more. */
  count: number;
  /** How many months it reaches over. */
  months: number;
}

/** How tall pictures will stand that nobody has looked at: from their number on each day and the shapes of others. */
export class Estimate {
  /** Of full rows. */
  private readonly perRow: number;
  private readonly rowHeight: number;
  private readonly widths: number[];

  constructor(
    private readonly options: LayoutOptions,
    shapes: readonly number[],
  ) {
    const known = shapes.length > 0 ? shapes : USUAL;
    const many = Array.from({ length: Math.max(ENOUGH, known.length) }, (_, index) => ({
      ratio: known[index % known.length] ?? 1,
      day: null,
    }));
    const layout = new SectionLayout(options, null);
    layout.extend(many);
    // The last row may not be full.
    const last = layout.rows.at(-1);
    const rows = Math.max(1, layout.rows.length - 1);
    this.perRow = Math.max(1, (last?.start ?? 0) / rows);
    this.rowHeight = Math.max(1, (last?.top ?? 0) / rows);
    this.widths = [0];
    for (const one of many) {
      this.widths.push((this.widths.at(-1) ?? 0) + ratioOf(one) * options.rowHeight + options.gap);
    }
  }

  /** The height of the pictures from one position to another, of which the second is not among them. */
  heightOf({ days, count, months }: Unseen, from: number, to: number): number {
    if (to <= from) return 0;
    if (days.length === 0) return Math.ceil((to - from) / this.perRow) * this.rowHeight;
    const counted = days.reduce((sum, day) => sum + day, 0);
    const scale = counted / Math.max(1, count);
    const shown = within(days, Math.round(from * scale), Math.round(to * scale));
    // How many months have a picture when as many days fall into them by chance.
    const heads = months * (1 - (1 - 1 / Math.max(1, months)) ** days.length);
    return this.stack(shown, Math.max(1, Math.round(days.length / Math.max(1, heads)))) / scale;
  }

  private stack(days: readonly number[], daysOfMonth: number): number {
    const { width, dayHead, dayGap, gap, minDayWidth, monthHead } = this.options;
    let height = 0;
    let band: Block[] = [];
    let bandWidth = 0;
    let seen = 0;
    const finish = () => {
      if (band.length > 0) height += dayHead + bandHeight(band, this.options) + dayGap;
      band = [];
    };
    days.forEach((count, index) => {
      if (index % daysOfMonth === 0) {
        finish();
        height += monthHead;
      }
      const natural = this.naturalWidth(seen, count);
      seen += count;
      if (natural > width) {
        finish();
        height += dayHead + this.rowsOf(count) - gap + dayGap;
        return;
      }
      const room = Math.max(natural, minDayWidth);
      if (band.length > 0 && bandWidth + dayGap + room > width) finish();
      bandWidth = band.length === 0 ? room : bandWidth + dayGap + room;
      band.push({ start: seen - count, end: seen, natural });
    });
    finish();
    return height;
  }

  /** Rows of one long day; its last one has the wanted height, however few pictures are in it. */
  private rowsOf(count: number): number {
    const { rowHeight, gap } = this.options;
    const rows = count / this.perRow;
    // One picture that is left over makes a row; less of one is taken into the rows before.
    const rest = Math.min(1, (rows - Math.floor(rows)) * this.perRow);
    return Math.floor(rows) * this.rowHeight + rest * (rowHeight + gap);
  }

  private naturalWidth(from: number, count: number): number {
    const many = this.widths.length - 1;
    const start = from % many;
    const whole = this.widths[many] ?? 0;
    const rest = (index: number) => Math.floor(index / many) * whole + (this.widths[index % many] ?? 0);
    return rest(start + count) - rest(start) - this.options.gap;
  }
}

/** The parts of days that lie between two positions. */
function within(days: readonly number[], from: number, to: number): number[] {
  const found: number[] = [];
  let at = 0;
  for (const day of days) {
    const part = Math.min(to, at + day) - Math.max(from, at);
    if (part > 0) found.push(part);
    at += day;
  }
  return found;
}
