import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { classNames } from "@/lib/class-names";
import { placeholderUrl } from "@/lib/placeholder";
import { useStore } from "@/lib/store";

import type { MediaSource } from "../sources/source";
import { useHasThumbnails } from "../sources/patience";
import { thumbnailUrl, type Tile } from "../sources/tile";

interface FilmstripProps {
  source: MediaSource;
  index: number;
  onGo: (index: number) => void;
}

const FRAME_WIDTH = 64;

/** Where one is among the others. A line as long as the library, of which only what is seen is drawn. */
export function Filmstrip({ source, index, onGo }: FilmstripProps) {
  const { t } = useTranslation();
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  useStore(source.revision);
  const frames = useVirtualizer({
    horizontal: true,
    count: source.total,
    getScrollElement: () => scroller,
    estimateSize: () => FRAME_WIDTH,
    overscan: 6,
    initialOffset: Math.max(0, index * FRAME_WIDTH - innerWidth / 2),
  });
  useEffect(() => {
    if (index >= 0 && scroller) frames.scrollToIndex(index, { align: "center" });
  }, [frames, index, scroller]);
  const items = frames.getVirtualItems();
  const middle = items[Math.floor(items.length / 2)]?.index;
  useEffect(() => {
    if (middle !== undefined) source.ensure(middle);
  }, [middle, source]);
  if (index < 0 || source.total < 2) return null;
  return (
    <nav
      ref={setScroller}
      aria-label={t("viewer.filmstrip")}
      className="no-scrollbar h-18 shrink-0 overflow-x-auto overflow-y-hidden bg-black/60 max-md:h-16"
    >
      <div className="relative h-full" style={{ width: frames.getTotalSize() }}>
        {items.map((item) => {
          const tile = source.at(item.index);
          const isCurrent = item.index === index;
          const placeholder = placeholderUrl(tile?.thumbhash ?? null);
          return (
            <button
              key={item.key}
              type="button"
              tabIndex={-1}
              disabled={!tile}
              aria-label={t("viewer.goTo", { position: item.index + 1 })}
              aria-current={isCurrent || undefined}
              onClick={() => onGo(item.index)}
              className={classNames(
                "absolute top-2 h-14 overflow-hidden rounded-picture transition-opacity max-md:h-12",
                isCurrent ? "opacity-100 ring-2 ring-accent" : "opacity-55 hover:opacity-100",
              )}
              style={{
                left: item.start + 2,
                width: FRAME_WIDTH - 4,
                backgroundColor: tile?.colour ?? "#222",
                backgroundImage: placeholder === null ? undefined : `url(${placeholder})`,
                backgroundSize: "cover",
              }}
            >
              {tile && <Frame tile={tile} />}
            </button>
          );
        })}
      </div>
    </nav>
  );
}

function Frame({ tile }: { tile: Tile }) {
  if (!useHasThumbnails(tile)) return null;
  return (
    <img
      src={thumbnailUrl(tile, "small")}
      alt=""
      decoding="async"
      draggable={false}
      className="size-full object-cover"
    />
  );
}
