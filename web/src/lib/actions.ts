import type { LucideIcon } from "lucide-react";
import { useEffect, useRef } from "react";

import { pressedKey } from "./keys";
import { Store } from "./store";

export type ActionGroup = "go" | "library" | "selection" | "picture" | "view" | "account";

/** Something a person can do now: listed in the palette, reachable by its keys, shown in the shortcut sheet. */
export interface Action {
  id: string;
  label: string;
  group: ActionGroup;
  icon?: LucideIcon;
  /** Each as in keys.ts: "mod+k", "g l", "Delete". */
  keys?: readonly string[];
  /** Only for the keys: moves and the like make no sense in a list. */
  isOnlyKey?: boolean;
  run: () => void;
}

const sets = new Store<readonly { current: readonly Action[] }[]>([]);

/** All actions of now; what was mounted last comes first, so that the viewer goes before the library behind it. */
export function currentActions(): Action[] {
  return [...sets.get()].reverse().flatMap((set) => set.current);
}

/** Offers actions for as long as the component is there and `isOn`. */
export function useActions(actions: readonly Action[], isOn = true): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    if (!isOn) return;
    sets.set((all) => [...all, latest]);
    return () => sets.set((all) => all.filter((one) => one !== latest));
  }, [isOn]);
}

const SEQUENCE_MS = 1_200;
/** A key that is pressed while its place still loads is not lost for so long. */
const AHEAD_MS = 2_000;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("[data-keys=own], [role=menu], [role=listbox]")) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "range"].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Space and enter press what has the focus before they mean anything else. */
function pressesFocused(event: KeyboardEvent): boolean {
  if (event.key !== " " && event.key !== "Enter") return false;
  return event.target instanceof HTMLElement && event.target.closest("button, a, summary, [role=switch]") !== null;
}

/** Listens to the keyboard for the whole page; `isLoading` says whether the place that keys are meant for is still to come. */
export function listenToKeys(isLoading: () => boolean): void {
  let prefix: string | undefined;
  let ahead: { key: string; at: number } | undefined;
  let forget: ReturnType<typeof setTimeout> | undefined;
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const pressed = pressedKey(event);
    const isShortcut = event.metaKey || event.ctrlKey;
    if ((isTyping(event.target) && !isShortcut) || pressesFocused(event)) return;
    if (event.target instanceof HTMLElement && event.target.closest("[data-keys=own]")) return;
    const typed = prefix === undefined ? pressed : `${prefix} ${pressed}`;
    clearTimeout(forget);
    prefix = undefined;
    ahead = undefined;
    const actions = currentActions();
    const action = actions.find((one) => one.keys?.includes(typed));
    if (action) {
      event.preventDefault();
      action.run();
    } else if (actions.some((one) => one.keys?.some((key) => key.startsWith(`${typed} `)))) {
      prefix = typed;
      forget = setTimeout(() => {
        prefix = undefined;
      }, SEQUENCE_MS);
    } else if (isLoading() || sets.get().length === 0) {
      ahead = { key: pressed, at: performance.now() };
    }
  };
  addEventListener("keydown", onKey);
  sets.subscribe(() => {
    if (!ahead) return;
    const { key, at } = ahead;
    const action = currentActions().find((one) => one.keys?.includes(key));
    if (!action) return;
    ahead = undefined;
    // After the component that offers it is whole.
    if (performance.now() - at < AHEAD_MS) setTimeout(action.run, 0);
  });
}
