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
    purgeAt: null,
  };
}

function section(day: string, count: number, loaded: number): Section {
  const made = newSection(day, count, day, day);
  made.items = Array.from({ length: loaded }, (_, index) => tile(`${day}-${String(index)}`, day));
  return made;
}

const PHONE_SHAPES = [4 / 3, 4 / 3, 3 / 4, 4 / 3, 3 / 4, 16 / 9, 4 / 3, 3 / 4, 4 / 3, 1080 / 2340];
const CAMERA_SHAPES = [3 / 2, 3 / 2, 3 / 2, 2 / 3, 3 / 2, 3 / 2, 2 / 3, 3 / 2, 3 / 2, 3 / 2];

/** Sections of three months; `often` is the share of days with pictures, which have about `usual` of them. */
function grown(often: number, usual: number, shapes: readonly number[]): Section[] {
  let state = 7;
  const chance = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  return Array.from({ length: 4 }, (_, quarter) => {
    const items: Tile[] = [];
    const days: number[] = [];
    for (let back = quarter * 90; back < quarter * 90 + 90; back += 1) {
      if (chance() >= often) continue;
      const day = new Date(Date.UTC(2026, 2, 1) - back * 86_400_000).toISOString().slice(0, 10);
      // Many days have few, a few have very many.
      const count = Math.ceil(usual * Math.exp(2.4 * (chance() + chance() - 1)));
      days.push(count);
      for (let each = 0; each < count; each += 1) {
        items.push({ ...tile(`${day}-${String(each)}`, day), ratio: shapes[Math.floor(chance() * 10)] ?? 1 });
      }
    }
    const [newest, oldest] = [items[0]?.day ?? null, items.at(-1)?.day ?? null];
    return { ...newSection(String(quarter), items.length, oldest, newest, days), items };
  });
}

const LIBRARIES: Record<string, Section[]> = {
  "a phone's few pictures almost every day": grown(0.8, 2, PHONE_SHAPES),
  "a phone's many on every third": grown(0.35, 14, PHONE_SHAPES),
  "a camera's hundreds now and then": grown(0.08, 90, CAMERA_SHAPES),
};

/** The same library with only so many pictures of its first section loaded. */
function unseen(name: string, loaded: number): Section[] {
  return (LIBRARIES[name] ?? []).map((one, at) => ({ ...one, items: at === 0 ? one.items.slice(0, loaded) : [] }));
}

describe("the height of a library", () => {
  describe.each([
    ["a desk", OPTIONS],
    ["a phone", { ...OPTIONS, width: 374, rowHeight: 116 }],
    ["a desk with small rows", { ...OPTIONS, rowHeight: 128 }],
  ])("on %s", (_, options) => {
    it.each(Object.keys(LIBRARIES))("is estimated near the truth before anything is loaded: %s", (name) => {
      const full = new Geometry(options);
      full.adopt(LIBRARIES[name] ?? [], 0);
      full.reveal(0, 0, 1e9, 0);
      const empty = new Geometry(options);
      empty.adopt(unseen(name, 0), 0);
      expect(empty.height / full.height).toBeGreaterThan(0.84);
      expect(empty.height / full.height).toBeLessThan(1.19);
    });

    it.each(Object.keys(LIBRARIES))("hardly changes once the first pictures are known: %s", (name) => {
      const full = new Geometry(options);
      full.adopt(LIBRARIES[name] ?? [], 0);
      full.reveal(0, 0, 1e9, 0);
      const begun = new Geometry(options);
      begun.adopt(unseen(name, 0), 0);
      begun.adopt(unseen(name, 400), 0);
      begun.reveal(0, 0, 800, 800);
      expect(Math.abs(begun.height / full.height - 1)).toBeLessThan(0.04);
    });
  });

  it("is as good when some pictures came or went since the days were counted", () => {
    const counted = newSection("a", 900, "2026-01-01", "2026-03-31", Array<number>(30).fill(30));
    const grown = { ...counted, count: 990 };
    const heights = [counted, grown].map((one) => {
      const geometry = new Geometry(OPTIONS);
      geometry.adopt([one], 0);
      return geometry.height;
    });
    expect((heights[1] ?? 0) / (heights[0] ?? 0)).toBeCloseTo(1.1, 1);
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
    above.items = section("2026-03-02", 400, 400).items.map((one) => ({ ...one, ratio: 2 * one.ratio }));
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
