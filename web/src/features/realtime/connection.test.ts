import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Connection, type LiveEvent, type Socket } from "./connection";

class ServerSide implements Socket {
  readonly received: Record<string, unknown>[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  send(text: string): void {
    this.received.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
    this.onclose?.({ code: 1000 });
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function connected() {
  const sockets: ServerSide[] = [];
  const heard: string[] = [];
  const connection = new Connection(
    () => {
      const socket = new ServerSide();
      sockets.push(socket);
      return socket;
    },
    ["user:1"],
    {
      onEvent: (event: LiveEvent) => heard.push(event.name),
      onResync: () => heard.push("resync"),
      onState: (isLive) => heard.push(isLive ? "live" : "away"),
      onRefused: () => heard.push("refused"),
    },
  );
  connection.start();
  const first = sockets[0] ?? new ServerSide();
  first.onopen?.();
  return { connection, sockets, heard, first };
}

describe("the live connection", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("subscribes when it opens", () => {
    const { first } = connected();
    expect(first.received).toEqual([{ type: "subscribe", topics: ["user:1"] }]);
  });

  it("comes back after a break and asks for what came after the last event", () => {
    const { first, sockets, heard } = connected();
    first.say({ type: "ready", last_id: "10-0" });
    first.say({ type: "subscribed", topics: ["user:1"] });
    first.say({ type: "event", id: "11-0", name: "media.created", topic: "user:1", data: {} });
    first.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(2_000);
    const second = sockets[1];
    second?.onopen?.();
    second?.say({ type: "ready", last_id: "15-0" });
    second?.say({ type: "subscribed", topics: ["user:1"] });
    expect(second?.received.at(-1)).toEqual({ type: "resume", last_id: "11-0" });
    expect(heard).toEqual(["live", "media.created", "away", "live"]);
  });

  it("tells when too much was missed", () => {
    const { first, heard } = connected();
    first.say({ type: "resync" });
    expect(heard).toEqual(["resync"]);
  });

  it("answers the heartbeat, and gives up a connection that has gone silent", () => {
    const { first } = connected();
    first.say({ type: "ready", last_id: "1-0", heartbeat_seconds: 10 });
    first.say({ type: "ping" });
    expect(first.received.at(-1)).toEqual({ type: "pong" });
    vi.advanceTimersByTime(26_000);
    expect(first.isClosed).toBe(true);
  });

  it("waits longer after each failure", () => {
    const { first, sockets } = connected();
    first.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(700);
    expect(sockets).toHaveLength(2);
    for (let failed = 1; failed < 6; failed += 1) {
      sockets.at(-1)?.onclose?.({ code: 1006 });
      vi.advanceTimersByTime(20_000);
    }
    const before = sockets.length;
    sockets.at(-1)?.onclose?.({ code: 1006 });
    vi.advanceTimersByTime(9_000);
    expect(sockets).toHaveLength(before);
  });

  it("stays away when it was stopped", () => {
    const { connection, sockets } = connected();
    connection.stop();
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
  });

  it("tells that the login is over", () => {
    const { first, heard } = connected();
    first.onclose?.({ code: 4401 });
    expect(heard).toContain("refused");
  });
});
