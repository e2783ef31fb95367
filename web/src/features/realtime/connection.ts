export interface LiveEvent {
  id: string;
  name: string;
  topic: string;
  data: unknown;
}

export interface LiveListener {
  onEvent: (event: LiveEvent) => void;
  /** Something was missed: ask for what is shown again. */
  onResync: () => void;
  onState: (isLive: boolean) => void;
  /** The server no longer accepts the login. */
  onRefused: () => void;
}

/** The part of WebSocket that is used, so that tests can speak for the server. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

type Message =
  | { type: "ready"; last_id: string; heartbeat_seconds?: number }
  | ({ type: "event" } & LiveEvent)
  | { type: "subscribed"; topics: string[] }
  | { type: "resync" }
  | { type: "ping" }
  | { type: "pong" }
  | { type: "error"; code: string };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Close codes by which the server says that the login is over: 4400 and the end of the HTTP status. */
const REFUSED = new Set([4401, 4403]);

/** One WebSocket that comes back by itself and asks for what it missed. */
export class Connection {
  private socket: Socket | null = null;
  private lastId: string | null = null;
  private failures = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private heartbeatMs = 30_000;
  private isEnded = false;

  constructor(
    private readonly open: () => Socket,
    private readonly topics: readonly string[],
    private readonly listener: LiveListener,
  ) {}

  start(): void {
    const socket = this.open();
    this.socket = socket;
    socket.onopen = () => {
      this.send({ type: "subscribe", topics: this.topics });
    };
    socket.onmessage = ({ data }) => {
      this.watchSilence();
      this.take(JSON.parse(data) as Message);
    };
    socket.onclose = ({ code }) => {
      this.socket = null;
      clearTimeout(this.silence);
      this.listener.onState(false);
      if (REFUSED.has(code)) this.listener.onRefused();
      if (!this.isEnded) this.comeBack();
    };
  }

  stop(): void {
    this.isEnded = true;
    clearTimeout(this.again);
    clearTimeout(this.silence);
    this.socket?.close();
  }

  /** Does not wait for the pause: the network is back, or the page is looked at again. */
  hurry(): void {
    if (this.socket !== null || this.isEnded) return;
    clearTimeout(this.again);
    this.start();
  }

  private take(message: Message): void {
    switch (message.type) {
      case "ready":
        if (message.heartbeat_seconds) this.heartbeatMs = message.heartbeat_seconds * 1_000;
        this.lastId ??= message.last_id;
        break;
      case "subscribed":
        this.failures = 0;
        // Only now: what is replayed goes to the topics that are subscribed.
        if (this.lastId !== null) this.send({ type: "resume", last_id: this.lastId });
        this.listener.onState(true);
        break;
      case "event":
        this.lastId = message.id;
        this.listener.onEvent(message);
        break;
      case "resync":
        this.lastId = null;
        this.listener.onResync();
        break;
      case "ping":
        this.send({ type: "pong" });
        break;
      case "pong":
      case "error":
        break;
    }
  }

  private send(message: object): void {
    this.socket?.send(JSON.stringify(message));
  }

  /** A connection over which nothing has come for long is dead, whatever the network says. */
  private watchSilence(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket?.close(), this.heartbeatMs * 2.5);
  }

  private comeBack(): void {
    this.failures += 1;
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.failures - 1));
    // Many pages must not all come back at the same moment.
    this.again = setTimeout(() => this.start(), pause * (0.75 + Math.random() / 2));
  }
}
