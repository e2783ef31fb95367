import { Check, CircleAlert, Heart, Play, Sparkles } from "lucide-react";
import { memo, type MouseEvent, useRef } from "react";
import { useTranslation } from "react-i18next";

import { classNames } from "@/lib/class-names";
import { formatDay, formatDays } from "@/lib/format";
import { type Store, useStore } from "@/lib/store";

import type { Tile } from "../sources/tile";
import { Picture } from "./picture";

export interface TileHandlers {
  open: (tile: Tile) => void;
  pick: (tile: Tile, isRange: boolean) => void;
  favourite: (tile: Tile) => void;
  focus: (tile: Tile) => void;
  hrefOf: (tile: Tile) => string;
}

interface TileViewProps {
  tile: Tile;
  left: number;
  width: number;
  height: number;
  isRoving: boolean;
  selected: Store<ReadonlySet<string>>;
  isRushing: Store<boolean>;
  handlers: TileHandlers;
}

const LONG_PRESS_MS = 420;
/** From this width a tile has room for words. */
const WORDS_WIDTH = 112;

export const TileView = memo(function TileView(props: TileViewProps) {
  const { tile, left, width, height, isRoving, selected, handlers } = props;
  const { t } = useTranslation();
  const isSelected = useStore(selected, (ids) => ids.has(tile.id));
  const isSelecting = useStore(selected, (ids) => ids.size > 0);
  const press = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pressedAt = useRef({ x: 0, y: 0 });
  const wasLong = useRef(false);

  /** The click that lifting the finger makes, also on the mark that has come under it, is no press of its own. */
  const endsLongPress = () => {
    const wasIt = wasLong.current;
    wasLong.current = false;
    return wasIt;
  };
  const onClick = (event: MouseEvent) => {
    if (endsLongPress()) {
      event.preventDefault();
      return;
    }
    if ((event.metaKey || event.ctrlKey) && !isSelecting && event.button === 1) return;
    event.preventDefault();
    if (event.shiftKey || event.metaKey || event.ctrlKey || isSelecting) handlers.pick(tile, event.shiftKey);
    else handlers.open(tile);
  };
  const startPress = (event: React.PointerEvent) => {
    wasLong.current = false;
    if (event.pointerType !== "touch") return;
    pressedAt.current = { x: event.clientX, y: event.clientY };
    press.current = setTimeout(() => {
      wasLong.current = true;
      navigator.vibrate?.(10);
      handlers.pick(tile, false);
    }, LONG_PRESS_MS);
  };
  const endPress = () => clearTimeout(press.current);
  const movePress = ({ clientX, clientY }: React.PointerEvent) => {
    // A finger never rests; further than this it scrolls.
    if (Math.hypot(clientX - pressedAt.current.x, clientY - pressedAt.current.y) > 10) endPress();
  };

  const name = tile.name ?? (tile.day === null ? t("tile.picture") : t("tile.pictureOf", { day: formatDay(tile.day) }));
  return (
    <div role="gridcell" aria-selected={isSelected} className="group absolute top-0" style={{ left, width, height }}>
      <a
        href={handlers.hrefOf(tile)}
        data-media-id={tile.id}
        tabIndex={isRoving ? 0 : -1}
        aria-label={tile.favourite ? t("tile.favouriteName", { name }) : name}
        draggable={false}
        onClick={onClick}
        onFocus={() => handlers.focus(tile)}
        onPointerDown={startPress}
        onPointerUp={endPress}
        onPointerMove={movePress}
        onPointerCancel={endPress}
        onContextMenu={(event) => wasLong.current && event.preventDefault()}
        className={classNames(
          "block size-full overflow-hidden rounded-picture [-webkit-touch-callout:none] focus-visible:outline-offset-[-2px]",
          isSelected && "outline-3 outline-offset-[-3px] outline-accent",
        )}
      >
        <Picture {...props} />
        <span
          aria-hidden
          className={classNames(
            "pointer-events-none absolute inset-x-0 top-0 h-14 rounded-t-picture bg-linear-to-b from-black/45 to-transparent transition-opacity duration-100",
            isSelecting ? "opacity-100" : "opacity-0 group-hover:opacity-100 group-focus-within:opacity-100",
          )}
        />
      </a>
      <button
        type="button"
        tabIndex={-1}
        aria-label={isSelected ? t("tile.unselect") : t("tile.select")}
        aria-pressed={isSelected}
        onClick={(event) => !endsLongPress() && handlers.pick(tile, event.shiftKey)}
        className={classNames(
          "absolute top-1 left-1 flex size-8 items-center justify-center transition-opacity duration-100 touch:size-10",
          isSelected || isSelecting
            ? "opacity-100"
            : "opacity-0 group-hover:opacity-100 group-focus-within:opacity-100 touch:hidden",
        )}
      >
        <span
          className={classNames(
            "flex size-[22px] items-center justify-center rounded-full ring-2",
            isSelected ? "bg-accent text-white ring-white" : "bg-black/25 text-transparent ring-white hover:text-white",
          )}
        >
          <Check aria-hidden className="size-3.5" strokeWidth={3} />
        </span>
      </button>
      {tile.trashedAt === null && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={tile.favourite ? t("tile.unfavourite") : t("tile.favourite")}
          aria-pressed={tile.favourite}
          onClick={() => handlers.favourite(tile)}
          className={classNames(
            "absolute right-0.5 bottom-0.5 flex size-8 items-center justify-center text-white drop-shadow-[0_0_3px_rgb(0_0_0/0.7)] transition-opacity duration-100",
            tile.favourite
              ? "opacity-100"
              : "opacity-0 group-hover:opacity-90 group-focus-within:opacity-90 touch:hidden",
          )}
        >
          <Heart aria-hidden className={classNames("size-[18px]", tile.favourite && "fill-white")} />
        </button>
      )}
      <Marks tile={tile} />
      {tile.purgeAt !== null && <DaysLeft purgeAt={tile.purgeAt} isShort={width < WORDS_WIDTH} />}
    </div>
  );
});

/** How long the trash keeps it. */
function DaysLeft({ purgeAt, isShort }: { purgeAt: string; isShort: boolean }) {
  const { t } = useTranslation();
  const days = Math.max(0, Math.ceil((Date.parse(purgeAt) - Date.now()) / 86_400_000));
  const words = t("tile.daysLeft", { count: days });
  return (
    <span className="pointer-events-none absolute bottom-1.5 left-1.5 rounded-sm bg-black/65 px-1.5 py-0.5 text-xs whitespace-nowrap text-white">
      {isShort ? <span aria-hidden>{formatDays(days)}</span> : words}
      {isShort && <span className="sr-only">{words}</span>}
    </span>
  );
}

/** What distinguishes a picture at a glance: animated, made by an engine, broken thumbnails. */
function Marks({ tile }: { tile: Tile }) {
  const { t } = useTranslation();
  const marks = [
    tile.frames > 1 && { icon: Play, label: t("tile.animated") },
    tile.origin === "generated" && { icon: Sparkles, label: t("origin.generated") },
    tile.state === "failed" && { icon: CircleAlert, label: t("tile.failed") },
  ].filter((mark) => mark !== false);
  if (marks.length === 0) return null;
  return (
    <span className="pointer-events-none absolute top-1.5 right-1.5 flex gap-1">
      {marks.map(({ icon: Icon, label }) => (
        <span
          key={label}
          role="img"
          aria-label={label}
          title={label}
          className="flex size-5 items-center justify-center rounded-sm bg-black/60 text-white"
        >
          <Icon aria-hidden className="size-3" />
        </span>
      ))}
    </span>
  );
}
