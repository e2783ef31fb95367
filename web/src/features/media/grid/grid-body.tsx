import { CircleCheck, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";

import { asProblem } from "@/api";
import { classNames } from "@/lib/class-names";
import { formatDay, formatDayShort, formatMonth, formatNumber } from "@/lib/format";
import { useStore } from "@/lib/store";
import { Button } from "@/ui/button";

import type { Span } from "../layout/geometry";
import type { DayHead } from "../layout/section-layout";
import type { Selection } from "../selection/selection";
import type { GridController, GridView, VisibleSection } from "./controller";
import { type TileHandlers, TileView } from "./tile-view";

interface GridBodyProps {
  controller: GridController;
  view: GridView;
  selection: Selection;
  handlers: TileHandlers;
}

export function GridBody(props: GridBodyProps) {
  const { view } = props;
  const focused = useStore(props.controller.focused);
  const isFocusDrawn = view.sections.some(({ section, rows }) =>
    rows.some((row) => section.items.slice(row.start, row.end).some((tile) => tile.id === focused)),
  );
  const firstSeen = view.sections.find((one) => one.rows.length > 0);
  const roving = isFocusDrawn ? focused : (firstSeen?.section.items[firstSeen.rows[0]?.start ?? 0]?.id ?? null);
  return view.sections.map((visible) => <SectionBody key={visible.section.key} {...props} {...{ visible, roving }} />);
}

function SectionBody({
  visible,
  roving,
  controller,
  selection,
  handlers,
}: GridBodyProps & { visible: VisibleSection; roving: string | null }) {
  const { section, top, height, laid, rows, days, lefts, widths } = visible;
  return (
    <div role="rowgroup" className="absolute inset-x-0" style={{ top, height }}>
      {days.map((day) => (
        <DayLine key={day.day} day={day} section={visible} selection={selection} />
      ))}
      {rows.map((row) => (
        <div key={row.start} role="row" className="absolute inset-x-0" style={{ top: row.top, height: row.height }}>
          {section.items.slice(row.start, row.end).map((tile, index) => (
            <TileView
              key={tile.id}
              tile={tile}
              left={lefts[row.start + index] ?? 0}
              width={widths[row.start + index] ?? 0}
              height={row.height}
              isRoving={tile.id === roving}
              selected={selection.ids}
              isRushing={controller.isRushing}
              handlers={handlers}
            />
          ))}
        </div>
      ))}
      {height - laid > 8 && <Unloaded visible={visible} controller={controller} />}
    </div>
  );
}

/** Grey rows where pictures will be, or why they are not. */
function Unloaded({ visible, controller }: { visible: VisibleSection; controller: GridController }) {
  const { t } = useTranslation();
  const { section, laid, height } = visible;
  const row = controller.rowHeight;
  if (section.error !== null) {
    return (
      <div role="row" className="absolute inset-x-0" style={{ top: laid, height: height - laid }}>
        <div role="gridcell" className="sticky top-24 flex flex-col items-center gap-3 py-16 text-center">
          <p className="text-muted">{asProblem(section.error).message}</p>
          <Button isSmall icon={RotateCw} onClick={() => controller.source.retry(section)}>
            {t("common.retry")}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div
      aria-hidden
      className="absolute inset-x-0 animate-shimmer"
      style={{
        top: laid,
        height: height - laid,
        backgroundImage: `linear-gradient(90deg, transparent calc(100% - 4px), var(--paper) 0), repeating-linear-gradient(var(--sunken) 0 ${String(row)}px, var(--paper) 0 ${String(row + 4)}px)`,
        backgroundSize: `${String(row * 1.4)}px 100%, 100% 100%`,
      }}
    />
  );
}

function DayLine({ day, section, selection }: { day: DayHead; section: VisibleSection; selection: Selection }) {
  const { t } = useTranslation();
  // A day may have 70,000 pictures: they are only gone through while something is picked.
  const tiles = section.section.items;
  const isPicked = (picked: ReadonlySet<string>) => {
    if (picked.size < day.end - day.start) return false;
    for (let index = day.start; index < day.end; index += 1) if (!picked.has(tiles[index]?.id ?? "")) return false;
    return true;
  };
  const isWhole = useStore(selection.ids, isPicked);
  const isSelecting = useStore(selection.ids, (picked) => picked.size > 0);
  const isWide = day.width > 260;
  return (
    <div
      role="row"
      className="group/day absolute flex h-10 items-end pb-2"
      style={{ top: day.top, left: day.left, width: day.width }}
    >
      <div role="rowheader" className="flex min-w-0 items-center gap-1.5">
        <h3 className="truncate text-sm font-medium" title={formatDay(day.day)}>
          {isWide ? formatDay(day.day) : formatDayShort(day.day)}
        </h3>
        {isWide && day.end - day.start > 1 && (
          <span className="text-xs text-faint">{formatNumber(day.end - day.start)}</span>
        )}
        <button
          type="button"
          aria-label={t("grid.selectDay", { day: formatDay(day.day) })}
          aria-pressed={isWhole}
          onClick={() => selection.toggleAll(tiles.slice(day.start, day.end).map((tile) => tile.id))}
          className={classNames(
            "-my-1 flex size-6 shrink-0 items-center justify-center rounded-full transition-opacity focus-visible:outline-offset-0 touch:-my-3 touch:size-10",
            isWhole ? "text-accent" : "text-faint hover:text-ink",
            isSelecting ? "opacity-100" : "opacity-0 group-hover/day:opacity-100 focus-visible:opacity-100",
          )}
        >
          <CircleCheck aria-hidden className="size-[18px]" />
        </button>
      </div>
    </div>
  );
}

/** Months as tall as their pictures, each with a head that sticks to the upper edge and is pushed by the next. */
export function MonthHeads({ months, from, to }: { months: readonly Span[]; from: number; to: number }) {
  return months
    .filter((span) => span.top + span.height > from && span.top < to)
    .map((span) => (
      <div
        key={span.month}
        className="pointer-events-none absolute inset-x-0"
        style={{ top: span.top, height: span.height }}
      >
        <h2 className="pointer-events-auto sticky top-0 z-10 -mx-4 bg-paper px-4 pt-3 pb-2 text-xl font-semibold tracking-[-0.01em] max-md:-mx-2 max-md:px-2">
          {formatMonth(span.month)}
        </h2>
      </div>
    ));
}
