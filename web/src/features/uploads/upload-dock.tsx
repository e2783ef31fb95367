import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronUp, RotateCw, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { formatBytes, formatDuration, formatNumber } from "@/lib/format";
import { useStore } from "@/lib/store";
import { Button } from "@/ui/button";
import { IconButton } from "@/ui/icon-button";
import { Progress } from "@/ui/progress";

import type { QueueSnapshot } from "./queue";
import { UploadLine } from "./upload-line";
import { uploads } from "./uploads";

/** Until it is measured: the reason of a failure makes one taller. */
const LINE = 56;
const SHOWN_HEIGHT = 336;

/** How the uploads go: in all at a glance, file by file when opened. */
export function UploadDock() {
  const { t } = useTranslation();
  const state = useStore(uploads.state);
  const [isOpen, setOpen] = useState(true);
  if (state.items.length === 0) return null;
  const isBusy = state.active > 0;
  return (
    <section
      aria-label={t("uploads.label")}
      className="fixed right-4 bottom-4 z-40 w-[min(400px,calc(100vw-16px))] animate-rise overflow-hidden rounded-lg bg-surface shadow-float max-md:right-2 max-md:bottom-18"
    >
      <header className="flex items-center gap-1 py-2 pr-2 pl-4">
        <div className="min-w-0 flex-1" role="status" aria-live="polite">
          <p className="truncate font-medium">{headline(state, t)}</p>
          <p className="truncate text-xs text-muted">{detail(state, t)}</p>
        </div>
        {state.items.some((item) => item.state === "failed" && item.canRetry) && (
          <Button isSmall tone="quiet" icon={RotateCw} onClick={() => uploads.retry()}>
            {t("uploads.retryAll")}
          </Button>
        )}
        <IconButton
          icon={isOpen ? ChevronDown : ChevronUp}
          label={isOpen ? t("uploads.collapse") : t("uploads.expand")}
          side="top"
          onClick={() => setOpen(!isOpen)}
        />
        <IconButton
          icon={X}
          label={isBusy ? t("uploads.cancelAll") : t("common.close")}
          side="top"
          onClick={() => {
            if (isBusy) uploads.cancel();
            else uploads.clear();
          }}
        />
      </header>
      {isBusy && (
        <Progress value={state.bytes > 0 ? state.bytesSent / state.bytes : null} label={t("uploads.overall")} />
      )}
      {isOpen && <Lines state={state} />}
    </section>
  );
}

function Lines({ state }: { state: QueueSnapshot }) {
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  // What failed is what the person must see; then what moves, then what waits, then what is done.
  const order = { failed: 0, sending: 1, hashing: 1, paused: 2, waiting: 3, duplicate: 4, stored: 5, cancelled: 6 };
  const items = [...state.items].sort((a, b) => order[a.state] - order[b.state] || a.id - b.id);
  const lines = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => LINE,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: 4,
  });
  return (
    <div
      ref={setScroller}
      className="overflow-y-auto border-t"
      style={{ height: Math.min(SHOWN_HEIGHT, lines.getTotalSize()) }}
    >
      <ul className="relative" style={{ height: lines.getTotalSize() }}>
        {lines.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          if (!item) return null;
          return (
            <li
              key={item.id}
              ref={lines.measureElement}
              data-index={index}
              className="absolute inset-x-0"
              style={{ top: start }}
            >
              <UploadLine item={item} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

type Translate = ReturnType<typeof useTranslation>["t"];

function headline(state: QueueSnapshot, t: Translate): string {
  if (state.active > 0) {
    return t("uploads.running", { finished: formatNumber(state.finished), total: formatNumber(state.total) });
  }
  if (state.failed > 0) return t("uploads.failed", { count: state.failed });
  return outcomes(state, t)[0] ?? "";
}

/** What became of the files that did not fail, the most important first. */
function outcomes(state: QueueSnapshot, t: Translate): string[] {
  const duplicates = state.items.filter((item) => item.state === "duplicate").length;
  const stored = state.finished - duplicates;
  return [
    stored > 0 && t("uploads.done", { count: stored, shown: formatNumber(stored) }),
    duplicates > 0 && t("uploads.duplicates", { count: duplicates, shown: formatNumber(duplicates) }),
  ].filter((part) => part !== false);
}

function detail(state: QueueSnapshot, t: Translate): string {
  if (state.active === 0) {
    const said = outcomes(state, t).slice(state.failed > 0 ? 0 : 1);
    return said.length > 0 || state.failed > 0 ? said.join(" · ") : formatBytes(state.bytes);
  }
  if (state.resumesAt !== null) return t("uploads.paused");
  const bytes = t("uploads.bytes", { sent: formatBytes(state.bytesSent), total: formatBytes(state.bytes) });
  const left = state.rate > 0 ? (state.bytes - state.bytesSent) / state.rate : 0;
  return left > 1 ? `${bytes} · ${t("uploads.left", { time: formatDuration(left) })}` : bytes;
}
