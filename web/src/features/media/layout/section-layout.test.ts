import { describe, expect, it } from "vitest";

import { type LayoutItem, type LayoutOptions, SectionLayout } from "./section-layout";

const OPTIONS: LayoutOptions = {
  width: 1000,
  rowHeight: 200,
  gap: 4,
  dayHead: 40,
  dayGap: 24,
  monthHead: 56,
  minDayWidth: 120,
};

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function media(count: number, day: string | null, seed = 1): LayoutItem[] {
  const next = seeded(seed);
  return Array.from({ length: count }, () => ({ ratio: 0.5 + next() * 1.5, day }));
}

function laidOut(items: LayoutItem[], previousMonth: string | null = null): SectionLayout {
  const layout = new SectionLayout(OPTIONS, previousMonth);
  layout.extend(items);
  return layout;
}

function shape(layout: SectionLayout) {
  return {
    rows: layout.rows,
    days: layout.days,
    months: layout.months,
    lefts: layout.lefts,
    widths: layout.widths,
    height: layout.height,
  };
}

describe("justified rows", () => {
  it("fill the width exactly in every row but the last", () => {
    const layout = laidOut(media(80, null));
    for (const row of layout.rows.slice(0, -1)) {
      const right = (layout.lefts[row.end - 1] ?? 0) + (layout.widths[row.end - 1] ?? 0);
      expect(right).toBeCloseTo(OPTIONS.width, 4);
    }
  });

  it("hold every item once and in order", () => {
    const layout = laidOut([...media(30, "2026-03-02"), ...media(2, "2026-03-01", 2), ...media(3, "2026-02-27", 3)]);
    const seen = layout.rows.flatMap((row) => Array.from({ length: row.end - row.start }, (_, i) => row.start + i));
    expect(seen).toEqual(Array.from({ length: 35 }, (_, i) => i));
  });

  it("never overlap", () => {
    const layout = laidOut([...media(30, "2026-03-02"), ...media(2, "2026-03-01", 2), ...media(50, "2026-02-27", 3)]);
    layout.rows.forEach((row, index) => {
      const next = layout.rows[index + 1];
      if (next) expect(next.top).toBeGreaterThanOrEqual(row.top + row.height);
    });
  });

  it("keep near the wanted height", () => {
    for (const row of laidOut(media(400, null)).rows) {
      expect(row.height).toBeGreaterThan(OPTIONS.rowHeight * 0.6);
      expect(row.height).toBeLessThan(OPTIONS.rowHeight * 1.6);
    }
  });
});

describe("days", () => {
  it("stand beside each other while they are short", () => {
    const layout = laidOut([...media(1, "2026-03-03"), ...media(1, "2026-03-02"), ...media(1, "2026-03-01")]);
    expect(layout.rows).toHaveLength(1);
    expect(layout.days.map((day) => day.top)).toEqual([56, 56, 56]);
    expect(layout.days.map((day) => day.left)).toEqual([...layout.days.map((day) => day.left)].sort((a, b) => a - b));
  });

  it("begin a new month under its head, once", () => {
    const layout = laidOut([...media(1, "2026-03-01"), ...media(1, "2026-02-28"), ...media(1, "2026-02-27")]);
    expect(layout.months.map((head) => head.month)).toEqual(["2026-03", "2026-02"]);
    expect(laidOut(media(3, "2026-03-01"), "2026-03").months).toEqual([]);
  });
});

describe("a section that comes in pages", () => {
  const days = ["2026-03-09", "2026-03-08", "2026-03-05", "2026-02-20", "2026-02-19", "2026-02-18"];
  const items = days.flatMap((day, index) => media([1, 60, 2, 3, 1, 45][index] ?? 1, day, index + 1));

  it("ends as if it had come at once, wherever it was cut", () => {
    const whole = shape(laidOut(items));
    for (let cut = 1; cut < items.length; cut += 1) {
      const layout = new SectionLayout(OPTIONS, null);
      layout.extend(items.slice(0, cut));
      layout.extend(items);
      expect(shape(layout), `cut at ${String(cut)}`).toEqual(whole);
    }
  });

  it("goes on from its last row in a day of 70,000", () => {
    const many = media(70_000, "2026-03-01");
    const layout = new SectionLayout(OPTIONS, null);
    for (let end = 1_000; end <= many.length; end += 1_000) layout.extend(many.slice(0, end));
    expect(layout.count).toBe(70_000);
    expect(layout.rows.at(-1)?.end).toBe(70_000);
    expect(layout.days).toHaveLength(1);
  });

  it("finds the row of an item", () => {
    const layout = laidOut(items);
    for (const [index, row] of layout.rows.entries()) expect(layout.rowOf(row.end - 1)).toBe(index);
  });
});
