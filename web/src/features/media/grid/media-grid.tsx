import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { type Density, preferences } from "@/lib/preferences";
import { useStore } from "@/lib/store";
import { useIsPhone } from "@/lib/use-media-query";

import type { LayoutOptions } from "../layout/section-layout";
import type { Selection } from "../selection/selection";
import type { MediaSource } from "../sources/source";
import { type Direction, GridController } from "./controller";
import { GridBody, MonthHeads } from "./grid-body";
import { Scrubber } from "./scrubber";
import type { TileHandlers } from "./tile-view";

const ROW_HEIGHT: Record<Density, number> = { small: 128, medium: 208, large: 316 };
const PHONE_ROW_HEIGHT: Record<Density, number> = { small: 76, medium: 116, large: 220 };

/** Where each place was scrolled to, for coming back. */
const remembered = new Map<string, number>();

function layoutOptions(width: number, density: Density, isPhone: boolean): LayoutOptions {
  return {
    width,
    rowHeight: isPhone ? PHONE_ROW_HEIGHT[density] : ROW_HEIGHT[density],
    gap: 4,
    dayHead: 40,
    dayGap: 20,
    monthHead: 48,
    minDayWidth: 112,
  };
}

export function useGridController(source: MediaSource): GridController {
  return useMemo(() => new GridController(source, layoutOptions(1_000, "medium", false)), [source]);
}

interface MediaGridProps {
  place: string;
  label: string;
  controller: GridController;
  selection: Selection;
  handlers: TileHandlers;
  hasScrubber?: boolean;
}

const MOVES: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  j: "right",
  k: "left",
  Home: "first",
  End: "last",
  PageUp: "pageUp",
  PageDown: "pageDown",
};

export function MediaGrid({ place, label, controller, selection, handlers, hasScrubber = false }: MediaGridProps) {
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const view = useStore(controller.view);
  const density = useStore(preferences, (all) => all.density);
  const isPhone = useIsPhone();

  useLayoutEffect(() => {
    const element = canvas.current;
    if (!scroller || !element) return;
    const measure = () => controller.setOptions(layoutOptions(element.clientWidth, density, isPhone));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [controller, scroller, density, isPhone]);

  useLayoutEffect(() => {
    if (!scroller) return;
    const stop = controller.attach(scroller, remembered.get(place) ?? 0);
    const remember = () => remembered.set(place, scroller.scrollTop);
    scroller.addEventListener("scroll", remember, { passive: true });
    return () => {
      stop();
      scroller.removeEventListener("scroll", remember);
    };
  }, [controller, scroller, place]);

  useLayoutEffect(() => {
    if (view.scrollTo !== null && scroller) scroller.scrollTop = view.scrollTo;
  }, [view, scroller]);

  useEffect(() => {
    if (controller.pendingFocus === null || !scroller) return;
    const link = scroller.querySelector<HTMLElement>(`[data-media-id="${controller.pendingFocus}"]`);
    if (!link) return;
    controller.pendingFocus = null;
    link.focus({ preventScroll: true });
  }, [controller, view, scroller]);

  const onKey = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const direction = MOVES[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (direction === undefined) return;
    event.preventDefault();
    const before = controller.focused.get();
    const tile = controller.move(direction);
    if (!event.shiftKey || !tile) return;
    if (before !== null && selection.anchor === null) selection.toggle(before);
    handlers.pick(tile, true);
  };

  const top = view.sections[0]?.top ?? 0;
  const lastSection = view.sections.at(-1);
  const bottom = lastSection ? lastSection.top + lastSection.height : 0;
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={setScroller}
        className="absolute inset-0 overflow-x-hidden overflow-y-auto px-4 pb-8 [overflow-anchor:none] max-md:px-2 max-md:pb-24 data-scrubbed:no-scrollbar md:data-scrubbed:pr-15"
        data-scrubbed={hasScrubber || undefined}
        data-testid="grid-scroller"
      >
        <div ref={canvas} className="relative" style={{ height: view.height }}>
          {hasScrubber && <MonthHeads months={view.months} from={top - 200} to={bottom + 200} />}
          <div role="grid" tabIndex={-1} aria-label={label} aria-multiselectable aria-rowcount={-1} onKeyDown={onKey}>
            <GridBody {...{ controller, view, selection, handlers }} />
          </div>
        </div>
      </div>
      {hasScrubber && (
        <Scrubber scroller={scroller} months={view.months} height={view.height} controller={controller} />
      )}
    </div>
  );
}
