import { Store } from "@/lib/store";

type UploadState = "waiting" | "paused" | "hashing" | "sending" | "stored" | "duplicate" | "failed" | "cancelled";

export interface UploadItem {
  id: number;
  file: File;
  /** With folders where one was dropped: "holiday/beach/1.jpg". */
  path: string;
  state: UploadState;
  sent: number;
  error: string | null;
  /** False for what another try cannot mend, such as a file that is no picture. */
  canRetry: boolean;
  mediaId: string | null;
}

export interface Transfer {
  /** Sends one file; resolves with its media, throws an UploadRefused or a network error. */
  send: (item: UploadItem, onProgress: (sent: number) => void, signal: AbortSignal) => Promise<SendResult>;
  /** The media that already has these bytes, or null when unknown. */
  findDuplicate: (file: File, signal: AbortSignal) => Promise<string | null>;
  describe: (error: unknown) => Refusal;
}

export interface Refusal {
  message: string;
  /** Whether it is worth another try by hand. */
  canRetry: boolean;
  /** Seconds after which the server will take it, where it says so: nobody has to do anything. */
  pauseSeconds: number | null;
}

export interface SendResult {
  mediaId: string;
  isDuplicate: boolean;
}

export interface QueueSnapshot {
  items: readonly UploadItem[];
  total: number;
  finished: number;
  failed: number;
  active: number;
  bytes: number;
  bytesSent: number;
  /** When the queue goes on by itself (as Date.now says it); null while nothing holds it up. */
  resumesAt: number | null;
  /** Bytes per second over the last seconds, 0 while unknown. */
  rate: number;
}

export const CONCURRENCY = 4;
const RATE_WINDOW_MS = 5_000;

const EMPTY: QueueSnapshot = {
  items: [],
  total: 0,
  finished: 0,
  failed: 0,
  active: 0,
  bytes: 0,
  bytesSent: 0,
  resumesAt: null,
  rate: 0,
};

const ENDED: readonly UploadState[] = ["stored", "duplicate", "failed", "cancelled"];

/**
 * Sends files, four at a time; what fails waits for a person, everything else goes on. A server that asks to wait gets
 * nothing until then, and then one file at first: the others would only be refused again.
 */
export class UploadQueue {
  readonly state = new Store<QueueSnapshot>(EMPTY);
  /** Called with the media of each file that was stored. */
  onStored: (mediaId: string) => void = () => undefined;

  private items: UploadItem[] = [];
  private readonly aborts = new Map<number, AbortController>();
  private samples: { at: number; bytes: number }[] = [];
  private last = 0;
  private isPublishing = false;
  /** How many files may be on their way at once. */
  private pace = CONCURRENCY;
  private resumesAt: number | null = null;
  private waking: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly transfer: Transfer,
    private readonly later: (work: () => void) => void = (work) => void setTimeout(work, 80),
  ) {}

  add(files: readonly { file: File; path: string }[]): void {
    const added = files.map(({ file, path }): UploadItem => {
      this.last += 1;
      const state = "waiting";
      return { id: this.last, file, path, state, sent: 0, error: null, canRetry: true, mediaId: null };
    });
    this.items = [...this.items, ...added];
    this.publish();
    this.pump();
  }

  retry(ids?: readonly number[]): void {
    for (const item of this.items) {
      if (item.state !== "failed" && item.state !== "cancelled") continue;
      if (ids ? !ids.includes(item.id) : item.state !== "failed" || !item.canRetry) continue;
      this.change(item, { state: "waiting", error: null, sent: 0 });
    }
    this.pump();
  }

  cancel(ids?: readonly number[]): void {
    for (const item of this.items) {
      if (isEnded(item) || (ids && !ids.includes(item.id))) continue;
      this.aborts.get(item.id)?.abort();
      this.change(item, { state: "cancelled" });
    }
    this.pump();
  }

  /** Forgets what has ended. */
  clear(): void {
    this.items = this.items.filter((item) => !isEnded(item));
    this.publish();
  }

  private pump(): void {
    if (this.resumesAt !== null) return;
    while (this.aborts.size < this.pace) {
      const next = this.items.find(
        ({ id, state }) => (state === "paused" || state === "waiting") && !this.aborts.has(id),
      );
      if (!next) return;
      const abort = new AbortController();
      this.aborts.set(next.id, abort);
      void this.run(next, abort.signal).finally(() => {
        this.aborts.delete(next.id);
        this.pump();
      });
    }
  }

  private async run(item: UploadItem, signal: AbortSignal): Promise<void> {
    try {
      this.change(item, { state: "hashing", error: null });
      const known = await this.transfer.findDuplicate(item.file, signal);
      if (signal.aborted) return;
      if (known !== null) {
        this.change(item, { state: "duplicate", mediaId: known, sent: item.file.size });
        return;
      }
      this.change(item, { state: "sending" });
      const result = await this.transfer.send(item, (sent) => this.change(item, { sent }), signal);
      if (signal.aborted) return;
      // What was taken before the server asked to wait says nothing of what it will take then.
      if (this.resumesAt === null) this.pace = Math.min(CONCURRENCY, this.pace + 1);
      const state = result.isDuplicate ? "duplicate" : "stored";
      this.change(item, { state, mediaId: result.mediaId, sent: item.file.size });
      this.onStored(result.mediaId);
    } catch (error) {
      if (signal.aborted) return;
      const { message, canRetry, pauseSeconds } = this.transfer.describe(error);
      if (pauseSeconds !== null) this.pause(pauseSeconds);
      this.change(item, { state: pauseSeconds === null ? "failed" : "paused", error: message, canRetry, sent: 0 });
    }
  }

  /** The longest of what several refusals ask for holds. */
  private pause(seconds: number): void {
    this.pace = 1;
    this.resumesAt = Math.max(this.resumesAt ?? 0, Date.now() + seconds * 1_000);
    clearTimeout(this.waking);
    this.waking = setTimeout(() => {
      this.resumesAt = null;
      this.publish();
      this.pump();
    }, this.resumesAt - Date.now());
  }

  private change(item: UploadItem, change: Partial<UploadItem>): void {
    Object.assign(item, change);
    this.publish();
  }

  /** Thousands of files report often; the page is told a dozen times a second. */
  private publish(): void {
    if (this.isPublishing) return;
    this.isPublishing = true;
    this.later(() => {
      this.isPublishing = false;
      this.state.set(this.snapshot());
    });
  }

  private snapshot(): QueueSnapshot {
    const counted = this.items.filter((item) => item.state !== "cancelled");
    const bytesSent = counted.reduce((sum, item) => sum + item.sent, 0);
    return {
      items: this.items.map((item) => ({ ...item })),
      total: counted.length,
      finished: counted.filter((item) => item.state === "stored" || item.state === "duplicate").length,
      failed: counted.filter((item) => item.state === "failed").length,
      active: counted.filter((item) => !isEnded(item)).length,
      bytes: counted.filter((item) => item.state !== "failed").reduce((sum, item) => sum + item.file.size, 0),
      bytesSent,
      resumesAt: this.resumesAt,
      rate: this.measureRate(bytesSent),
    };
  }

  private measureRate(bytes: number): number {
    const now = performance.now();
    this.samples = [...this.samples.filter((one) => now - one.at < RATE_WINDOW_MS), { at: now, bytes }];
    const first = this.samples[0];
    if (!first || now - first.at < 300) return 0;
    return Math.max(0, ((bytes - first.bytes) * 1_000) / (now - first.at));
  }
}

export function isEnded(item: Pick<UploadItem, "state">): boolean {
  return ENDED.includes(item.state);
}
