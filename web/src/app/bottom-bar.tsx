import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useJobCounts } from "@/features/jobs";

import { PLACES, SERVICES } from "./place-links";

/** The rail of a phone, within reach of the thumb. */
export function BottomBar({ isInert }: { isInert: boolean }) {
  const { t } = useTranslation();
  const jobs = useJobCounts();
  return (
    <nav
      inert={isInert}
      aria-label={t("frame.places")}
      className="safe-bottom fixed inset-x-0 bottom-0 z-30 flex border-t bg-paper/95 backdrop-blur-md"
    >
      {[...PLACES, ...SERVICES].map(({ name, to, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/" }}
          className="relative flex h-15 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-xs text-muted aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          <Icon aria-hidden className="size-[22px]" strokeWidth={1.75} />
          <span className="max-w-full truncate">{t(`nav.${name}`)}</span>
          {name === "jobs" && (jobs.failed > 0 || jobs.unfinished > 0) && (
            <span
              aria-hidden
              className={`absolute top-2 ml-6 size-2 rounded-full ${jobs.failed > 0 ? "bg-bad" : "bg-accent"}`}
            />
          )}
        </Link>
      ))}
    </nav>
  );
}
