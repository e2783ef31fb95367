/** Where a picture stands in the viewer: scale 1 is fitted into the window, x and y move it from the middle, in pixels. */
export interface Zoom {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export const FITTED: Zoom = { scale: 1, x: 0, y: 0 };

/** How large a picture is when it is fitted; small ones are not blown up. */
export function fittedSize(picture: Size, stage: Size): Size {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 1);
  return { width: picture.width * scale, height: picture.height * scale };
}

/** The scale at which one pixel of the picture is one pixel of the screen. */
export function pixelScale(picture: Size, stage: Size, devicePixelRatio: number): number {
  return picture.width / devicePixelRatio / fittedSize(picture, stage).width;
}

export function maximumScale(picture: Size, stage: Size, devicePixelRatio: number): number {
  return Math.max(2, pixelScale(picture, stage, devicePixelRatio) * 4);
}

/** Zooms so that what lies under `point` (from the middle of the stage) stays under it. */
export function zoomAt(zoom: Zoom, scale: number, point: Point, fitted: Size, stage: Size): Zoom {
  const factor = scale / zoom.scale;
  return clampZoom(
    { scale, x: point.x - (point.x - zoom.x) * factor, y: point.y - (point.y - zoom.y) * factor },
    fitted,
    stage,
  );
}

/** Keeps the picture over the window: no edge comes further in than the stage's, and what fits is centred. */
export function clampZoom(zoom: Zoom, fitted: Size, stage: Size): Zoom {
  const roomX = Math.max(0, (fitted.width * zoom.scale - stage.width) / 2);
  const roomY = Math.max(0, (fitted.height * zoom.scale - stage.height) / 2);
  return { scale: zoom.scale, x: within(zoom.x, roomX), y: within(zoom.y, roomY) };
}

function within(value: number, room: number): number {
  // Without the addition a fitted picture would stand at minus zero.
  return Math.min(room, Math.max(-room, value)) + 0;
}
