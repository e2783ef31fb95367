import { type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";

import {
  clampZoom,
  FITTED,
  fittedSize,
  maximumScale,
  pixelScale,
  type Point,
  type Size,
  type Zoom,
  zoomAt,
} from "./zoom";

interface Gestures {
  onSwipe: (direction: "left" | "right") => void;
  onPullDown: () => void;
}

interface Drag {
  pointers: Map<number, Point>;
  /** Where the fingers were when this gesture began, and the zoom then. */
  start: Point;
  spread: number;
  zoom: Zoom;
  moved: number;
}

const SWIPE = 60;
const CLICK_SLACK = 4;

function middleOf(points: Iterable<Point>): Point {
  const all = [...points];
  return {
    x: all.reduce((sum, one) => sum + one.x, 0) / all.length,
    y: all.reduce((sum, one) => sum + one.y, 0) / all.length,
  };
}

function spreadOf(points: Iterable<Point>): number {
  const [a, b] = [...points];
  return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}

/** Wheel, pinch, double press, drag and swipe on a stage; `key` is the picture, whose change fits again. */
export function useZoom(stage: HTMLElement | null, picture: Size, key: string, gestures: Gestures) {
  const [zoom, setZoom] = useState(FITTED);
  const [pull, setPull] = useState<Point>({ x: 0, y: 0 });
  const [size, setSize] = useState<Size>({ width: 1, height: 1 });
  const drag = useRef<Drag | null>(null);
  const { width, height } = picture;
  const fitted = useMemo(() => fittedSize({ width, height }, size), [width, height, size]);
  const pixels = pixelScale({ width, height }, size, devicePixelRatio);
  const most = maximumScale({ width, height }, size, devicePixelRatio);

  useEffect(() => {
    setZoom(FITTED);
    setPull({ x: 0, y: 0 });
  }, [key]);

  useEffect(() => {
    if (!stage) return;
    const observer = new ResizeObserver(() => {
      setSize({ width: stage.clientWidth, height: stage.clientHeight });
      setZoom(FITTED);
    });
    observer.observe(stage);
    return () => observer.disconnect();
  }, [stage]);

  const zoomTo = useCallback(
    (scale: number | ((before: number) => number), point: Point = { x: 0, y: 0 }) => {
      setZoom((before) => {
        const wanted = typeof scale === "number" ? scale : scale(before.scale);
        return zoomAt(before, Math.min(most, Math.max(1, wanted)), point, fitted, size);
      });
    },
    [fitted, most, size],
  );

  const pointOf = useCallback(
    (event: { clientX: number; clientY: number }): Point => {
      const box = stage?.getBoundingClientRect();
      return {
        x: event.clientX - (box?.left ?? 0) - size.width / 2,
        y: event.clientY - (box?.top ?? 0) - size.height / 2,
      };
    },
    [stage, size],
  );

  useEffect(() => {
    if (!stage) return;
    // React's own wheel listener is passive and could not keep the page from zooming.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      zoomTo((before) => before * Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0022)), pointOf(event));
    };
    stage.addEventListener("wheel", onWheel, { passive: false });
    return () => stage.removeEventListener("wheel", onWheel);
  }, [stage, zoomTo, pointOf]);

  const begin = (pointers: Map<number, Point>, moved: number) => {
    drag.current =
      pointers.size === 0
        ? null
        : { pointers, start: middleOf(pointers.values()), spread: spreadOf(pointers.values()), zoom, moved };
  };
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const pointers = new Map(drag.current?.pointers ?? []).set(event.pointerId, pointOf(event));
      begin(pointers, 0);
    },
    onPointerMove: (event: PointerEvent) => {
      const now = drag.current;
      if (!now?.pointers.has(event.pointerId)) return;
      now.pointers.set(event.pointerId, pointOf(event));
      const middle = middleOf(now.pointers.values());
      const by = { x: middle.x - now.start.x, y: middle.y - now.start.y };
      now.moved = Math.max(now.moved, Math.hypot(by.x, by.y));
      if (now.pointers.size > 1) {
        const scale = Math.min(most, Math.max(1, (now.zoom.scale * spreadOf(now.pointers.values())) / now.spread));
        const zoomed = zoomAt(now.zoom, scale, now.start, fitted, size);
        setZoom(clampZoom({ ...zoomed, x: zoomed.x + by.x, y: zoomed.y + by.y }, fitted, size));
      } else if (now.zoom.scale > 1) {
        setZoom(clampZoom({ ...now.zoom, x: now.zoom.x + by.x, y: now.zoom.y + by.y }, fitted, size));
      } else if (event.pointerType === "touch") {
        setPull(Math.abs(by.x) > Math.abs(by.y) ? { x: by.x, y: 0 } : { x: 0, y: Math.max(0, by.y) });
      }
    },
    onPointerUp: (event: PointerEvent) => {
      const now = drag.current;
      if (!now) return;
      now.pointers.delete(event.pointerId);
      if (pull.x > SWIPE) gestures.onSwipe("right");
      else if (pull.x < -SWIPE) gestures.onSwipe("left");
      else if (pull.y > SWIPE * 1.5) gestures.onPullDown();
      setPull({ x: 0, y: 0 });
      begin(now.pointers, now.moved);
    },
    onPointerCancel: () => {
      drag.current = null;
      setPull({ x: 0, y: 0 });
    },
    onDoubleClick: (event: React.MouseEvent) => {
      const isFitted = zoom.scale < 1.01;
      zoomTo(isFitted ? Math.max(2, pixels) : 1, pointOf(event));
    },
  };
  return { zoom, pull, fitted, pixels, zoomTo, handlers, isDragging: (drag.current?.moved ?? 0) > CLICK_SLACK };
}
