import { Store } from "./store";

export interface Notification {
  id: number;
  tone: "plain" | "success" | "error";
  text: string;
  detail?: string;
  action?: { label: string; run: () => void };
}

const LIFETIME_MS = 6_000;
/** Errors and Undo stay long enough to be read and reached by keyboard. */
const LONG_LIFETIME_MS = 10_000;

export const notifications = new Store<Notification[]>([]);

let last = 0;

export function dismiss(id: number): void {
  notifications.set((shown) => shown.filter((one) => one.id !== id));
}

export function notify(notification: Omit<Notification, "id">): number {
  const id = ++last;
  notifications.set((shown) => [...shown.slice(-2), { ...notification, id }]);
  const isLong = notification.tone === "error" || notification.action !== undefined;
  setTimeout(() => dismiss(id), isLong ? LONG_LIFETIME_MS : LIFETIME_MS);
  return id;
}
