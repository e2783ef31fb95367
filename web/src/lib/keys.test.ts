import { describe, expect, it } from "vitest";

import { keyCaps, pressedKey } from "./keys";

const plain = { metaKey: false, ctrlKey: false, altKey: false, shiftKey: false };

describe("how a pressed key is written", () => {
  it("reads a letter with control or command as mod", () => {
    expect(pressedKey({ ...plain, key: "k", ctrlKey: true })).toBe("mod+k");
    expect(pressedKey({ ...plain, key: "k", metaKey: true })).toBe("mod+k");
  });

  it("does not ask for shift where the sign itself needs it", () => {
    expect(pressedKey({ ...plain, key: "?", shiftKey: true })).toBe("?");
  });

  it("keeps shift with letters and arrows", () => {
    expect(pressedKey({ ...plain, key: "ArrowLeft", shiftKey: true })).toBe("shift+ArrowLeft");
    expect(pressedKey({ ...plain, key: "D", shiftKey: true })).toBe("shift+d");
  });

  it("draws one cap for each key of a sequence", () => {
    expect(keyCaps("g l")).toEqual(["G", "L"]);
  });
});
