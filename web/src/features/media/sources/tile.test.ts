import { describe, expect, it } from "vitest";

import type { TimelineColumns } from "@/api";

import { remember, type Tile, tilesOf } from "./tile";

function columns(id: string, version: number): TimelineColumns {
  return {
    id: [id],
    day: ["2026-03-01"],
    ratio: [1.5],
    thumbhash: [null],
    colour: [null],
    favourite: [false],
    origin: ["uploaded"],
    frames: [1],
    state: ["pending"],
    version: [version],
    next_cursor: null,
  };
}

function heard(id: string, version: number): Tile {
  const picture = { id, ratio: 1.5, thumbhash: "abc", colour: "#112233", favourite: false, frames: 1 };
  const rest = { day: null, origin: "uploaded", name: null, trashedAt: null, purgeAt: null } as const;
  return { ...picture, ...rest, state: "ready", version };
}

describe("an answer that was on its way while something happened", () => {
  it("does not take back what an event has said", () => {
    remember(heard("late", 2));
    expect(tilesOf(columns("late", 1))).toMatchObject([{ state: "ready", version: 2, day: "2026-03-01" }]);
  });

  it("counts where it knows as much or more", () => {
    remember(heard("newer", 2));
    expect(tilesOf(columns("newer", 3))).toMatchObject([{ state: "pending", version: 3 }]);
  });
});
