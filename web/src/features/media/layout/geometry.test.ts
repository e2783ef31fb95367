import { describe, expect, it } from "vitest";

import { newSection, type Section } from "../sources/source";
import type { Tile } from "../sources/tile";
import { Geometry } from "./geometry";

const OPTIONS = { width: 1000, rowHeight: 200, gap: 4, dayHead: 40, dayGap: 24, monthHead: 56, minDayWidth: 120 };

function tile(id: string, day: string): Tile {
  return {
    id,
    day,
    ratio: 0.6 + ((id.length * 7 + id.charCodeAt(id.length - 1)) % 10) / 8,
    thumbhash: null,
    colour: null,
    favourite: false,
    origin: "uploaded",
    frames: 1,
    state: "ready",
    version: 1,
    name: null,
    trashedAt: null,
  };
}

function section(day: string, count: number, loaded: number): Section {
  const made = newSection(day, count, day, day);
  made.items = Array.from({ length: loaded }, (_, index) => tile(`${day}-${String(index)}`, day));
  return made;
}

describe("the height of a library", () => {
  it("is estimated near the truth before anything is loaded", () => {
    const empty = new Geometry(OPTIONS);
    empty.adopt([section("2026-03-01", 1_000, 0)], 0);
    const full = new Geometry(OPTIONS);
    full.adopt([section("2026-03-01", 1_000, 1_000)], 0);
    full.reveal(0, 0, 1e9, 0);
    expect(empty.height / full.height).toBeGreaterThan(0.6);
    expect(empty.height / full.height).toBeLessThan(1.6);
  });

  it("takes the rest of a section to be like its beginning, so that half of its height is half of its time", () => {
    const whole = new Geometry(OPTIONS);
    whole.adopt([section("2026-03-01", 1_000, 1_000)], 0);
    whole.reveal(0, 0, 1e9, 0);
    const begun = new Geometry(OPTIONS);
    begun.adopt([section("2026-03-01", 1_000, 200)], 0);
    begun.reveal(0, 0, 1e9, 0);
    expect(begun.height / whole.height).toBeCloseTo(1, 1);
  });

  it("lays out only what is looked at", () => {
    const geometry = new Geometry(OPTIONS);
    geometry.adopt(
      Array.from({ length: 28 }, (_, i) => section(`2026-02-${String(28 - i).padStart(2, "0")}`, 300, 300)),
      0,
    );
    geometry.reveal(0, 200, 800, 400);
    expect(geometry.placed.filter((one) => one.layout !== null).length).toBeLessThanOrEqual(2);
  });

  it("keeps the picture at the upper edge when what is above it gets another height", () => {
    const above = section("2026-03-02", 400, 0);
    const seen = section("2026-03-01", 400, 400);
    const geometry = new Geometry(OPTIONS);
    geometry.adopt([above, seen], 0);
    const scroll = (geometry.placed[1]?.top ?? 0) + 900;
    const before = geometry.reveal(scroll, 0, 800, 0);
    const offset = before.scroll - (geometry.placed[1]?.top ?? 0);
    above.items = section("2026-03-02", 400, 400).items;
    above.isComplete = true;
    geometry.adopt([above, seen], before.scroll);
    const after = geometry.reveal(before.scroll, 2_000, 800, 0);
    expect(after.scroll - (geometry.placed[1]?.top ?? 0)).toBeCloseTo(offset, 1);
    expect(after.scroll).not.toBeCloseTo(before.scroll, 0);
  });

  it("keeps the picture at the upper edge when the rows become smaller", () => {
    const days = Array.from({ length: 28 }, (_, i) => section(`2026-02-${String(28 - i).padStart(2, "0")}`, 200, 200));
    const geometry = new Geometry(OPTIONS);
    geometry.adopt(days, 0);
    const index = 14 * 200 + 100;
    geometry.reveal(0, 0, 1e9, 0);
    const before = geometry.boxOf(index)?.top ?? 0;
    const { scroll } = geometry.reveal(before, 0, 800, 0);
    geometry.setOptions({ ...OPTIONS, rowHeight: 120 }, scroll);
    const after = geometry.reveal(scroll, 0, 800, 0);
    expect(Math.abs(after.scroll - (geometry.boxOf(index)?.top ?? 0))).toBeLessThan(300);
    expect(after.scroll).toBeLessThan(scroll * 0.8);
  });

  it("names the months from the newest to the oldest without gaps", () => {
    const geometry = new Geometry(OPTIONS);
    geometry.adopt([section("2026-03-02", 50, 50), section("2026-02-27", 50, 0)], 0);
    geometry.reveal(0, 0, 400, 0);
    const months = geometry.months();
    expect(months.map((span) => span.month)).toEqual(["2026-03", "2026-02"]);
    expect(months.reduce((sum, span) => sum + span.height, 0)).toBeCloseTo(geometry.height, 3);
  });

  it("says where an item is that is not loaded yet", () => {
    const geometry = new Geometry(OPTIONS);
    geometry.adopt([section("2026-03-02", 1_000, 0)], 0);
    const box = geometry.boxOf(500);
    expect(box?.top).toBeCloseTo(geometry.height / 2, 0);
  });
});
