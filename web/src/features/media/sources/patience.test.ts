import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Patience } from "./patience";

describe("waiting for thumbnails", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("ends after ten seconds, for each media by itself", () => {
    const patience = new Patience();
    patience.begin("a");
    vi.advanceTimersByTime(6_000);
    patience.begin("b");
    vi.advanceTimersByTime(3_900);
    expect([...patience.over.get()]).toEqual([]);
    vi.advanceTimersByTime(200);
    expect([...patience.over.get()]).toEqual(["a"]);
    vi.advanceTimersByTime(6_000);
    expect([...patience.over.get()]).toEqual(["a", "b"]);
  });

  it("does not begin anew when a tile is drawn again", () => {
    const patience = new Patience();
    patience.begin("a");
    vi.advanceTimersByTime(9_000);
    patience.begin("a");
    vi.advanceTimersByTime(1_100);
    expect(patience.over.get().has("a")).toBe(true);
  });

  it("begins anew when thumbnails are made again", () => {
    const patience = new Patience();
    patience.begin("a");
    vi.advanceTimersByTime(9_000);
    patience.forget("a");
    patience.begin("a");
    vi.advanceTimersByTime(9_000);
    expect(patience.over.get().has("a")).toBe(false);
    vi.advanceTimersByTime(1_100);
    expect(patience.over.get().has("a")).toBe(true);
  });
});
