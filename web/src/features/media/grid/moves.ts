import type { Placed } from "../layout/geometry";

/** A row of one of the sections, with the position of the section's first item among all. */
interface Place {
  section: number;
  row: number;
  from: number;
}

/**
 * The item `rows` rows above (-1) or below (1) `index` whose middle is nearest to its own. Where a neighbouring
 * section is not laid out yet, its first or last item.
 */
export function nearestItem(placed: readonly Placed[], index: number, step: 1 | -1, rows: number): number {
  const start = placeOf(placed, index);
  const layout = start && placed[start.section]?.layout;
  if (!start || !layout) return index;
  const local = index - start.from;
  const middle = (layout.lefts[local] ?? 0) + (layout.widths[local] ?? 0) / 2;
  let place = start;
  for (let left = rows; left > 0; left -= 1) {
    const next = neighbour(placed, place, step);
    if (typeof next === "number") return next;
    if (next === null) break;
    place = next;
  }
  return closest(placed, place, middle) ?? index;
}

function placeOf(placed: readonly Placed[], index: number): Place | null {
  let from = 0;
  for (const [
    section,
    {
      section: { count },
      layout,
    },
  ] of placed.entries()) {
    if (index < from + count) return layout ? { section, row: layout.rowOf(index - from), from } : null;
    from += count;
  }
  return null;
}

/** The next row; an item where its section is not laid out; null at either end. */
function neighbour(placed: readonly Placed[], place: Place, step: 1 | -1): Place | number | null {
  const here = placed[place.section];
  const row = place.row + step;
  if (row >= 0 && row < (here?.layout?.rows.length ?? 0)) return { ...place, row };
  let { from } = place;
  for (let section = place.section + step; section >= 0 && section < placed.length; section += step) {
    const next = placed[section];
    if (!next) return null;
    from += step > 0 ? (placed[section - 1]?.section.count ?? 0) : -next.section.count;
    const count = next.layout?.rows.length ?? 0;
    if (count > 0) return { section, row: step > 0 ? 0 : count - 1, from };
    if (next.section.count > 0) return step > 0 ? from : from + next.section.count - 1;
  }
  return null;
}

function closest(placed: readonly Placed[], { section, row, from }: Place, middle: number): number | null {
  const layout = placed[section]?.layout;
  const target = layout?.rows[row];
  if (!layout || !target) return null;
  let best = target.start;
  let distance = Number.POSITIVE_INFINITY;
  for (let item = target.start; item < target.end; item += 1) {
    const away = Math.abs((layout.lefts[item] ?? 0) + (layout.widths[item] ?? 0) / 2 - middle);
    if (away < distance) {
      distance = away;
      best = item;
    }
  }
  return from + best;
}
