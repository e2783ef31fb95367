import { describe, expect, it } from "vitest";

import { LocalPictures } from "./local-pictures";

function pictures() {
  const drawn: string[] = [];
  const released: string[] = [];
  let atOnce = 0;
  let most = 0;
  const local = new LocalPictures({
    paint: async (file) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await Promise.resolve();
      atOnce -= 1;
      if (file.name.endsWith(".heic")) throw new Error("cannot be decoded");
      drawn.push(file.name);
      return `blob:${file.name}`;
    },
    release: (address) => released.push(address),
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { local, drawn, released, settled, most: () => most, shown: () => [...local.addresses.get()] };
}

const file = (name: string) => new File(["x"], name);

describe("pictures of what this page sent", () => {
  it("are drawn only for what is looked at", async () => {
    const { local, drawn, shown, settled } = pictures();
    local.keep("a", file("a.jpg"));
    local.keep("b", file("b.jpg"));
    local.want("b");
    await settled();
    expect(drawn).toEqual(["b.jpg"]);
    expect(shown()).toEqual([["b", "blob:b.jpg"]]);
  });

  it("come also when the media was seen before its upload was answered", async () => {
    const { local, shown, settled } = pictures();
    local.want("a");
    await settled();
    expect(shown()).toEqual([]);
    local.keep("a", file("a.jpg"));
    await settled();
    expect(shown()).toEqual([["a", "blob:a.jpg"]]);
  });

  it("are drawn one after the other, past what the browser cannot decode", async () => {
    const { local, drawn, most, settled } = pictures();
    for (const name of ["a.jpg", "b.heic", "c.jpg"]) {
      local.keep(name, file(name));
      local.want(name);
    }
    await settled();
    expect(drawn).toEqual(["a.jpg", "c.jpg"]);
    expect(most()).toBe(1);
  });

  it("are released when the thumbnails are there, also when that was faster than the drawing", async () => {
    const { local, released, shown, settled } = pictures();
    local.keep("a", file("a.jpg"));
    local.want("a");
    await settled();
    local.drop("a");
    local.keep("b", file("b.jpg"));
    local.want("b");
    await Promise.resolve(); // It is being drawn.
    local.drop("b");
    await settled();
    expect(shown()).toEqual([]);
    expect(released).toEqual(["blob:a.jpg", "blob:b.jpg"]);
  });

  it("are kept of the last few hundred files only", async () => {
    const { local, drawn, settled } = pictures();
    for (let number = 0; number < 500; number += 1) local.keep(String(number), file(`${String(number)}.jpg`));
    local.want("0");
    local.want("499");
    await settled();
    expect(drawn).toEqual(["499.jpg"]);
  });
});
