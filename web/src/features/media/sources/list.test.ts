import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Media, MediaPage } from "@/api";

import { MediaList } from "./list";

/** A server whose answers are what it held when it was asked, and arrive when the test says so. */
class SlowServer {
  held: string[] = [];
  asked = 0;
  private readonly waiting: (() => void)[] = [];

  transport = (): Promise<MediaPage> => {
    this.asked += 1;
    const items = this.held.map((id) => ({ id }) as Media);
    return new Promise((resolve) => {
      this.waiting.push(() => resolve({ items, total: items.length, next_cursor: null }));
    });
  };

  async answer(): Promise<void> {
    this.waiting.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe("a list", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("asks again when something changed while its first answer was on its way", async () => {
    const server = new SlowServer();
    const list = new MediaList(server.transport);
    void list.open();
    server.held = ["trashed"];
    list.refreshSoon();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.asked).toBe(1);
    await server.answer();
    expect(list.total).toBe(0);
    await server.answer();
    expect(list.at(0)?.id).toBe("trashed");
  });

  it("asks once for many changes in a row", async () => {
    const server = new SlowServer();
    const list = new MediaList(server.transport);
    void list.open();
    await server.answer();
    for (let change = 0; change < 5; change += 1) list.refreshSoon();
    await vi.advanceTimersByTimeAsync(1_000);
    await server.answer();
    expect(server.asked).toBe(2);
  });

  it("does not ask before it was looked at", async () => {
    const server = new SlowServer();
    new MediaList(server.transport).refreshSoon();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.asked).toBe(0);
  });
});
