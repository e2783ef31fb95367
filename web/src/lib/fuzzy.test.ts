import { describe, expect, it } from "vitest";

import { fuzzyScore } from "./fuzzy";

describe("finding an action by a few letters", () => {
  it("finds the first letters of words", () => {
    expect(fuzzyScore("gl", "Go to library")).toBeGreaterThan(fuzzyScore("gl", "Toggle the panel"));
  });

  it("puts what begins with the words before what only holds them", () => {
    expect(fuzzyScore("set", "Settings")).toBeGreaterThan(fuzzyScore("set", "Reset the view"));
  });

  it("refuses what lacks a letter", () => {
    expect(fuzzyScore("xyz", "Settings")).toBe(0);
  });
});
