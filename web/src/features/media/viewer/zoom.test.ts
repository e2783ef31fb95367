import { describe, expect, it } from "vitest";

import { clampZoom, FITTED, fittedSize, pixelScale, zoomAt } from "./zoom";

const PICTURE = { width: 4_000, height: 3_000 };
const STAGE = { width: 1_200, height: 600 };
const FIT = fittedSize(PICTURE, STAGE);

describe("zooming", () => {
  it("fits the whole picture and never blows up a small one", () => {
    expect(FIT).toEqual({ width: 800, height: 600 });
    expect(fittedSize({ width: 100, height: 50 }, STAGE)).toEqual({ width: 100, height: 50 });
  });

  it("knows where a pixel is a pixel, also on dense screens", () => {
    expect(pixelScale(PICTURE, STAGE, 1)).toBe(5);
    expect(pixelScale(PICTURE, STAGE, 2)).toBe(2.5);
  });

  it("keeps the point under the cursor in place", () => {
    const before = zoomAt(FITTED, 4, { x: 0, y: 0 }, FIT, STAGE);
    const point = { x: 120, y: -80 };
    const after = zoomAt(before, 6, point, FIT, STAGE);
    const onPicture = (zoom: typeof after) => ({
      x: (point.x - zoom.x) / zoom.scale,
      y: (point.y - zoom.y) / zoom.scale,
    });
    expect(onPicture(after).x).toBeCloseTo(onPicture(before).x, 6);
    expect(onPicture(after).y).toBeCloseTo(onPicture(before).y, 6);
  });

  it("never shows what is beyond an edge", () => {
    expect(clampZoom({ scale: 2, x: 9_999, y: -9_999 }, FIT, STAGE)).toEqual({ scale: 2, x: 200, y: -300 });
  });

  it("centres what fits", () => {
    expect(clampZoom({ scale: 1, x: 50, y: 50 }, FIT, STAGE)).toEqual(FITTED);
  });
});
