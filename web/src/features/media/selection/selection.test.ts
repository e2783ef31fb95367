import { describe, expect, it } from "vitest";

import { Selection } from "./selection";

describe("a selection", () => {
  it("takes a media in and out and remembers where a range begins", () => {
    const selection = new Selection();
    selection.toggle("a");
    selection.toggle("b");
    selection.toggle("a");
    expect([...selection.ids.get()]).toEqual(["b"]);
    expect(selection.anchor).toBe("a");
  });

  it("takes a whole day in, then out", () => {
    const selection = new Selection();
    selection.toggle("a");
    selection.toggleAll(["a", "b"]);
    expect(selection.ids.get().size).toBe(2);
    selection.toggleAll(["a", "b"]);
    expect(selection.ids.get().size).toBe(0);
  });

  it("tells its listeners once for a whole range", () => {
    const selection = new Selection();
    let told = 0;
    selection.ids.subscribe(() => {
      told += 1;
    });
    selection.add(["a", "b", "c"]);
    expect(told).toBe(1);
  });
});
