import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { classNames } from "@/lib/class-names";
import { formatMonth, formatMonthShort } from "@/lib/format";

import type { Span } from "../layout/geometry";
import type { GridController } from "./controller";

interface ScrubberProps {
  scroller: HTMLElement | null;
  months: readonly Span[];
  height: number;
  controller: GridController;
}

const LABEL_GAP = 34;
const HIDE_MS = 900;

/** The whole library as one line of time at the right: drag, click or arrow through its months. */
export function Scrubber({ scroller, months, height, controller }: ScrubberProps) {
  const { t } = useTranslation();
  const track = useRef<HTMLDivElement>(null);
  const [fraction, setFraction] = useState(0);
  const [hover, setHover] = useState<number | null>(null);
  const [isDragging, setDragging] = useState(false);
  const [isMoving, setMoving] = useState(false);

  useEffect(() => {
    // The same pictures are elsewhere on the line when others get their true heights.
    if (scroller) setFraction(Math.min(1, controller.shareAt(controller.readingAt())));
  }, [scroller, controller, height]);

  useEffect(() => {
    if (!scroller) return;
    let still: ReturnType<typeof setTimeout>;
    const onMove = () => {
      setFraction(Math.min(1, controller.shareAt(controller.readingAt())));
      setMoving(true);
      clearTimeout(still);
      still = setTimeout(() => setMoving(false), HIDE_MS);
    };
    scroller.addEventListener("scroll", onMove, { passive: true });
    return () => {
      clearTimeout(still);
      scroller.removeEventListener("scroll", onMove);
    };
  }, [scroller, controller]);

  const monthIndexAt = (top: number) =>
    Math.max(
      0,
      months.findLastIndex((one) => one.top <= top + 1),
    );
  const monthAt = (top: number): Span | undefined => months[monthIndexAt(top)];
  const go = (share: number) => controller.readFrom(controller.topOfShare(share));
  const fractionOf = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)) : 0;
  };
  const drag = (event: PointerEvent) => {
    const at = fractionOf(event);
    setHover(at);
    if (isDragging) go(at);
  };
  const onKey = (event: KeyboardEvent) => {
    const now = monthIndexAt(controller.readingAt());
    const steps: Record<string, number> = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -12,
      PageDown: 12,
      Home: -1e6,
      End: 1e6,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const target = months[Math.min(months.length - 1, Math.max(0, now + step))];
    if (!target) return;
    if (event.key === "Home") controller.scrollTo(0);
    else if (event.key === "End") controller.scrollTo(height);
    else controller.readFrom(target.top + 2);
  };

  const shownAt = hover ?? fraction;
  const bubble = monthAt(hover === null ? controller.readingAt() : controller.topOfShare(hover));
  const isBubble = bubble !== undefined && (hover !== null || isDragging || isMoving);
  const current = monthAt(controller.readingAt());
  if (height <= (scroller?.clientHeight ?? 0) * 1.5 || months.length === 0) return null;
  return (
    <div
      ref={track}
      role="slider"
      tabIndex={0}
      aria-label={t("scrubber.label")}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(fraction * 100)}
      aria-valuetext={current ? formatMonth(current.month) : undefined}
      data-keys="own"
      onKeyDown={onKey}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
        go(fractionOf(event));
      }}
      onPointerMove={drag}
      onPointerUp={() => setDragging(false)}
      onPointerLeave={() => setHover(null)}
      onPointerCancel={() => setDragging(false)}
      className={classNames(
        "absolute inset-y-2 right-0 z-20 w-14 touch-none select-none transition-opacity duration-150 max-md:w-7",
        !isMoving && !isDragging && "max-md:opacity-0",
      )}
    >
      <Ticks months={months} controller={controller} trackHeight={track.current?.clientHeight ?? 600} />
      <div
        aria-hidden
        className="absolute right-1 h-[3px] w-3.5 -translate-y-1/2 rounded-full bg-accent max-md:h-9 max-md:w-1"
        style={{ top: `${String(fraction * 100)}%` }}
      />
      {isBubble && (
        <div
          aria-hidden
          className="dark pointer-events-none absolute right-12 -translate-y-1/2 animate-appear rounded-full bg-surface px-3 py-1.5 text-sm font-medium whitespace-nowrap text-ink shadow-float max-md:right-9"
          style={{ top: `clamp(14px, ${String(shownAt * 100)}%, calc(100% - 14px))` }}
        >
          {formatMonthShort(bubble.month)}
        </div>
      )}
    </div>
  );
}

function Ticks({
  months,
  controller,
  trackHeight,
}: {
  months: readonly Span[];
  controller: GridController;
  trackHeight: number;
}) {
  let lastLabel = Number.NEGATIVE_INFINITY;
  let lastTick = Number.NEGATIVE_INFINITY;
  let lastYear = "";
  return months.map(({ month, top }) => {
    const at = controller.shareAt(top) * trackHeight;
    const year = month.slice(0, 4);
    const isLabelled = year !== lastYear && at - lastLabel > LABEL_GAP;
    if (isLabelled) {
      lastLabel = at;
      lastYear = year;
    } else if (at - lastTick < 5) return null;
    lastTick = at;
    return (
      <span
        key={month}
        aria-hidden
        className={classNames(
          "pointer-events-none absolute -translate-y-1/2",
          isLabelled
            ? "right-5.5 text-xs text-muted max-md:hidden"
            : "right-1.5 h-0.5 w-2 rounded-full bg-line-strong/60 max-md:hidden",
        )}
        style={{ top: at }}
      >
        {isLabelled ? year : null}
      </span>
    );
  });
}
