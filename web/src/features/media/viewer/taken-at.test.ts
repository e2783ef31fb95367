import { describe, expect, it } from "vitest";

import { takenAtField, takenAtOf } from "./taken-at";

const dated = { taken_at: "2024-05-17T12:03:20Z", taken_at_offset: 120, created_at: "2026-01-01T00:00:00Z" };

describe("the date of a picture", () => {
  it("is edited on the clock of the place where it was taken", () => {
    expect(takenAtField(dated)).toBe("2024-05-17T14:03");
  });

  it("goes back to the same moment", () => {
    expect(takenAtOf("2024-05-17T14:03", 120)).toBe("2024-05-17T12:03:00Z");
    expect(takenAtOf("2024-05-17T14:03", null)).toBe("2024-05-17T14:03:00Z");
  });

  it("can be cleared", () => {
    expect(takenAtOf("", 120)).toBeNull();
  });
});
