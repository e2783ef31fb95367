import { describe, expect, it } from "vitest";

import type { TimelineColumns, TimelineSkeleton } from "@/api";

import type { Tile } from "./tile";
import { Timeline, type TimelineTransport } from "./timeline";

/** A server of a timeline in memory: buckets of one day each, pages of `limit`. */
class MemoryServer implements TimelineTransport {
  asked: string[] = [];
  private version = 0;

  constructor(
    readonly media: { id: string; day: string }[],
    private readonly limit = 3,
  ) {}

  add(id: string, day: string): void {
    this.media.push({ id, day });
    this.media.sort((a, b) => b.day.localeCompare(a.day));
    this.version += 1;
  }

  skeleton(): Promise<TimelineSkeleton> {
    const days = [...new Set(this.media.map((one) => one.day))];
    const buckets = days.map((day) => {
      const count = this.media.filter((one) => one.day === day).length;
      return { start: day, end: day, count, days: [count] };
    });
    return Promise.resolve({ buckets, total: this.media.length, version: String(this.version) });
  }

  page(start: string, end: string, cursor: string | null): Promise<TimelineColumns> {
    this.asked.push(`${start} ${cursor ?? ""}`.trim());
    const from = Number(cursor ?? 0);
    const all = this.media.filter((one) => one.day >= start && one.day <= end);
    const items = all.slice(from, from + this.limit);
    const next = from + this.limit < all.length ? String(from + this.limit) : null;
    return Promise.resolve({
      id: items.map((one) => one.id),
      day: items.map((one) => one.day),
      ratio: items.map(() => 1.5),
      thumbhash: items.map(() => null),
      colour: items.map(() => null),
      favourite: items.map(() => false),
      origin: items.map(() => "uploaded" as const),
      frames: items.map(() => 1),
      state: items.map(() => "ready" as const),
      version: items.map(() => 1),
      next_cursor: next,
    });
  }
}

function library(): MemoryServer {
  const media = ["d1", "d2", "d3", "d4"].map((id) => ({ id, day: "2026-03-02" }));
  return new MemoryServer([...media, { id: "e1", day: "2026-03-01" }]);
}

async function opened(server: MemoryServer): Promise<Timeline> {
  const timeline = new Timeline(server);
  await timeline.open();
  return timeline;
}

const tile = (id: string, day: string): Tile => ({
  id,
  day,
  ratio: 1,
  thumbhash: null,
  colour: null,
  favourite: false,
  origin: "uploaded",
  frames: 1,
  state: "pending",
  version: 1,
  name: null,
  trashedAt: null,
  purgeAt: null,
});

describe("the timeline", () => {
  it("knows its size before any media is loaded", async () => {
    const timeline = await opened(library());
    expect(timeline.total).toBe(5);
    expect(timeline.at(0)).toBeUndefined();
  });

  it("loads a range over the borders of pages and sections", async () => {
    const timeline = await opened(library());
    const loaded = await timeline.load(2, 4);
    expect(loaded.map((one) => one.id)).toEqual(["d3", "d4", "e1"]);
  });

  it("finds a media by its day and loads no other day for it", async () => {
    const server = library();
    const timeline = await opened(server);
    expect(await timeline.locate("e1", "2026-03-01")).toBe(4);
    expect(server.asked).toEqual(["2026-03-01"]);
  });

  it("puts what just came first in its day", async () => {
    const timeline = await opened(library());
    await timeline.load(0, 4);
    timeline.insert(tile("new", "2026-03-01"));
    expect(timeline.indexOf("new")).toBe(4);
    expect(timeline.total).toBe(6);
  });

  it("keeps what is loaded when the counts change", async () => {
    const server = library();
    const timeline = await opened(server);
    await timeline.load(0, 4);
    server.add("d5", "2026-03-02");
    await timeline.open();
    expect(timeline.at(0)?.id).toBe("d1");
    expect(timeline.total).toBe(6);
    timeline.demand([{ section: 0, upTo: 5 }]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(timeline.indexOf("d5")).toBe(4);
  });

  it("puts removed media back where they were", async () => {
    const timeline = await opened(library());
    await timeline.load(0, 4);
    const undo = timeline.remove(new Set(["d2", "e1"]));
    expect(timeline.total).toBe(3);
    undo();
    expect(timeline.indexOf("d2")).toBe(1);
    expect(timeline.total).toBe(5);
  });

  it("gives changed tiles back their old state", async () => {
    const timeline = await opened(library());
    await timeline.load(0, 4);
    const undo = timeline.patch(new Set(["d2"]), (one) => ({ ...one, favourite: true }));
    expect(timeline.find("d2")?.favourite).toBe(true);
    undo();
    expect(timeline.find("d2")?.favourite).toBe(false);
  });

  it("tells a failed section, and loads it when tried again", async () => {
    const server = library();
    const timeline = await opened(server);
    const page = server.page.bind(server);
    server.page = () => Promise.reject(new Error("away"));
    timeline.demand([{ section: 1, upTo: 1 }]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const section = timeline.sections[1];
    expect(section?.error).toEqual(new Error("away"));
    server.page = page;
    if (section) timeline.retry(section);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(timeline.at(4)?.id).toBe("e1");
  });
});
