import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { CONCURRENCY, type SendResult, type Transfer, UploadQueue } from "./queue";

function file(name: string, size = 10): { file: File; path: string } {
  return { file: new File([new Uint8Array(size)], name), path: name };
}

/** A server whose answers the test gives by name. */
class ScriptedTransfer implements Transfer {
  readonly begun: string[] = [];
  readonly known = new Map<string, string>();
  private readonly open = new Map<string, { resolve: (result: SendResult) => void; reject: (error: Error) => void }>();

  send(item: { file: File }, onProgress: (sent: number) => void): Promise<SendResult> {
    this.begun.push(item.file.name);
    onProgress(item.file.size / 2);
    return new Promise((resolve, reject) => this.open.set(item.file.name, { resolve, reject }));
  }

  findDuplicate(one: File): Promise<string | null> {
    return Promise.resolve(this.known.get(one.name) ?? null);
  }

  describe(error: unknown) {
    const message = (error as Error).message;
    const pause = /^wait (\d+) s$/.exec(message)?.[1];
    return { message, canRetry: message !== "not a picture", pauseSeconds: pause === undefined ? null : Number(pause) };
  }

  async store(name: string): Promise<void> {
    this.open.get(name)?.resolve({ mediaId: `media of ${name}`, isDuplicate: false });
    await settled();
  }

  async refuse(name: string, reason: string): Promise<void> {
    this.open.get(name)?.reject(new Error(reason));
    await settled();
  }
}

const realTimeout = globalThis.setTimeout;
const settled = () => new Promise((resolve) => realTimeout(resolve, 1));

async function queueWith(...names: string[]) {
  const transfer = new ScriptedTransfer();
  const queue = new UploadQueue(transfer, (work) => work());
  const stored: string[] = [];
  queue.onStored = (id) => stored.push(id);
  queue.add(names.map((name) => file(name)));
  await settled();
  return { queue, transfer, stored };
}

const states = (queue: UploadQueue) => queue.state.get().items.map((item) => item.state);

describe("the upload queue", () => {
  it("sends four at a time and goes on when one has ended", async () => {
    const { queue, transfer } = await queueWith("1", "2", "3", "4", "5", "6");
    expect(transfer.begun).toHaveLength(CONCURRENCY);
    await transfer.store("2");
    expect(transfer.begun).toEqual(["1", "2", "3", "4", "5"]);
    expect(queue.state.get().finished).toBe(1);
  });

  it("does not send what the server already has", async () => {
    const transfer = new ScriptedTransfer();
    transfer.known.set("twin", "media 7");
    const queue = new UploadQueue(transfer, (work) => work());
    queue.add([file("twin")]);
    await settled();
    expect(transfer.begun).toEqual([]);
    expect(queue.state.get().items[0]).toMatchObject({ state: "duplicate", mediaId: "media 7" });
  });

  it("keeps the reason of a failure and goes on with the others", async () => {
    const { queue, transfer, stored } = await queueWith("1", "2");
    await transfer.refuse("1", "not a picture");
    await transfer.store("2");
    expect(queue.state.get().items[0]).toMatchObject({ state: "failed", error: "not a picture" });
    expect(stored).toEqual(["media of 2"]);
  });

  it("tries again by name, and all at once only what can succeed", async () => {
    const { queue, transfer } = await queueWith("1", "2");
    await transfer.refuse("1", "not a picture");
    await transfer.refuse("2", "the network went away");
    queue.retry();
    await settled();
    expect(states(queue)).toEqual(["failed", "sending"]);
    queue.retry([queue.state.get().items[0]?.id ?? 0]);
    await settled();
    expect(states(queue)).toEqual(["sending", "sending"]);
  });

  it("stops what is cancelled and lets the next begin", async () => {
    const { queue, transfer } = await queueWith("1", "2", "3", "4", "5");
    queue.cancel([queue.state.get().items[0]?.id ?? 0]);
    await settled();
    await transfer.store("1");
    expect(states(queue)[0]).toBe("cancelled");
    await transfer.store("2");
    expect(transfer.begun).toContain("5");
  });

  it("counts bytes over all files", async () => {
    const { queue, transfer } = await queueWith("1", "2");
    await transfer.store("1");
    expect(queue.state.get()).toMatchObject({ bytes: 20, bytesSent: 15, active: 1 });
  });

  it("forgets what has ended and keeps what runs", async () => {
    const { queue, transfer } = await queueWith("1", "2");
    await transfer.store("1");
    queue.clear();
    expect(queue.state.get().items.map((item) => item.file.name)).toEqual(["2"]);
  });
});

describe("a server that asks to wait", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => void vi.useRealTimers());

  async function pass(seconds: number): Promise<void> {
    vi.advanceTimersByTime(seconds * 1_000);
    await settled();
  }

  it("is left alone for as long as it says, and then gets all that waited without anybody's help", async () => {
    const { queue, transfer } = await queueWith("1", "2", "3", "4", "5");
    for (const name of ["2", "3", "4"]) await transfer.refuse(name, "wait 30 s");
    await transfer.store("1");
    expect(states(queue)).toEqual(["stored", "paused", "paused", "paused", "waiting"]);
    expect(queue.state.get().resumesAt).toBe(Date.now() + 30_000);
    await pass(29);
    expect(transfer.begun).toHaveLength(4);
    await pass(1);
    expect(queue.state.get().resumesAt).toBeNull();
    expect(transfer.begun.slice(4)).toEqual(["2"]);
    await transfer.store("2");
    expect(transfer.begun.slice(4)).toEqual(["2", "3", "4"]);
    for (const name of ["3", "4", "5"]) await transfer.store(name);
    expect(queue.state.get()).toMatchObject({ finished: 5, failed: 0, active: 0 });
  });

  it("is waited for as long as it says at last", async () => {
    const { queue, transfer } = await queueWith("1", "2");
    await transfer.refuse("1", "wait 5 s");
    await transfer.refuse("2", "wait 20 s");
    await pass(5);
    expect(transfer.begun).toHaveLength(2);
    await pass(15);
    expect(transfer.begun.slice(2)).toEqual(["1"]);
    await transfer.refuse("1", "wait 7 s");
    await pass(7);
    expect(transfer.begun.slice(3)).toEqual(["1"]);
    expect(states(queue)).toEqual(["sending", "paused"]);
  });

  it("is sent nothing that was cancelled meanwhile", async () => {
    const { queue, transfer } = await queueWith("1");
    await transfer.refuse("1", "wait 5 s");
    queue.cancel();
    await pass(5);
    expect(transfer.begun).toHaveLength(1);
    expect(states(queue)).toEqual(["cancelled"]);
  });
});
