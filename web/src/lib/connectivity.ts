import { Store } from "./store";

export type Connectivity = "online" | "offline" | "unreachable";

const PROBE_MS = 3_000;

/** Whether the server answers; `offline` is the browser's own word, `unreachable` means that requests fail. */
export const connectivity = new Store<Connectivity>("online");

let probe: ReturnType<typeof setTimeout> | undefined;

async function ask(): Promise<void> {
  probe = undefined;
  try {
    const answer = await fetch("/health/live", { cache: "no-store" });
    if (answer.ok) {
      connectivity.set("online");
      return;
    }
  } catch {
    // Still away: asked again below.
  }
  connectivity.set(navigator.onLine ? "unreachable" : "offline");
  watch();
}

function watch(): void {
  probe ??= setTimeout(() => void ask(), PROBE_MS);
}

/** Told by whoever could not reach the server. */
export function reportUnreachable(): void {
  connectivity.set(navigator.onLine ? "unreachable" : "offline");
  watch();
}

/** Asks at once instead of waiting for the next probe. */
export function askNow(): void {
  clearTimeout(probe);
  void ask();
}

export function watchBrowserConnectivity(): void {
  addEventListener("offline", reportUnreachable);
  addEventListener("online", askNow);
}
