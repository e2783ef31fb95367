/** How keys are written: "mod+k" (⌘ on a Mac, Ctrl elsewhere), "shift+ArrowLeft", "g l" (one after the other), "?". */

const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);

interface Pressed {
  key: string;
  metaKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export function pressedKey(event: Pressed): string {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // A sign such as ? or / already says that shift was needed on this keyboard.
  const hasShift = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
  return [event.metaKey || event.ctrlKey ? "mod+" : "", event.altKey ? "alt+" : "", hasShift ? "shift+" : "", key].join(
    "",
  );
}

const SIGNS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "esc",
  Delete: "del",
  Enter: "enter",
  Space: "space",
  shift: isMac ? "⇧" : "shift",
  mod: isMac ? "⌘" : "ctrl",
  alt: isMac ? "⌥" : "alt",
};

/** The caps to draw for a key, in order: "mod+k" gives ["ctrl", "K"]. */
export function keyCaps(key: string): string[] {
  return key
    .split(" ")
    .flatMap((part) => (part === "+" ? [part] : part.split("+")))
    .map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}
