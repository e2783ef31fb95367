import { Link } from "@tanstack/react-router";
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useTranslation } from "react-i18next";

import { useJobCounts } from "@/features/jobs";
import { classNames } from "@/lib/class-names";
import { formatNumber } from "@/lib/format";
import { preferences, setPreference } from "@/lib/preferences";
import { useStore } from "@/lib/store";
import { IconButton } from "@/ui/icon-button";
import { Logo } from "@/ui/logo";
import { Tooltip } from "@/ui/tooltip";

import { PLACES, type PlaceLink, SERVICES } from "./place-links";

export function Rail({ isInert }: { isInert: boolean }) {
  const { t } = useTranslation();
  const isCollapsed = useStore(preferences, (all) => all.railCollapsed);
  const jobs = useJobCounts();
  return (
    <nav
      inert={isInert}
      aria-label={t("frame.places")}
      className={classNames("flex shrink-0 flex-col gap-0.5 border-r p-3", isCollapsed ? "w-16" : "w-54")}
    >
      <Link
        to="/"
        aria-label={t("frame.home")}
        className="mb-3 flex h-10 items-center gap-2.5 rounded-md px-1 text-lg font-semibold tracking-[-0.02em]"
      >
        <Logo className="size-8 shrink-0" />
        {!isCollapsed && "Maquette"}
      </Link>
      {PLACES.map((place) => (
        <RailLink key={place.to} place={place} isCollapsed={isCollapsed} />
      ))}
      <div className="flex-1" />
      {SERVICES.map((place) => (
        <RailLink
          key={place.to}
          place={place}
          isCollapsed={isCollapsed}
          count={place.name === "jobs" ? jobs.unfinished : 0}
          failed={place.name === "jobs" ? jobs.failed : 0}
        />
      ))}
      <IconButton
        icon={isCollapsed ? PanelLeftOpen : PanelLeftClose}
        label={isCollapsed ? t("frame.expand") : t("frame.collapse")}
        side="right"
        className="mt-1 self-start"
        onClick={() => setPreference("railCollapsed", !isCollapsed)}
      />
    </nav>
  );
}

interface RailLinkProps {
  place: PlaceLink;
  isCollapsed: boolean;
  count?: number;
  failed?: number;
}

function RailLink({ place, isCollapsed, count = 0, failed = 0 }: RailLinkProps) {
  const { t } = useTranslation();
  const { icon: Icon, name, to, shortcut } = place;
  const label = t(`nav.${name}`);
  const link = (
    <Link
      to={to}
      activeOptions={{ exact: to === "/" }}
      aria-label={[
        label,
        count > 0 && t("jobs.unfinishedCount", { count }),
        failed > 0 && t("jobs.failedCount", { count: failed }),
      ]
        .filter(Boolean)
        .join(", ")}
      className="group relative flex h-10 items-center gap-3 rounded-md px-2.5 text-muted transition-colors duration-100 hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
    >
      <Icon aria-hidden className="size-[18px] shrink-0" />
      {!isCollapsed && <span className="flex-1 truncate">{label}</span>}
      {count > 0 && !isCollapsed && (
        <span className="rounded-full bg-pressed px-2 text-xs text-ink">{formatNumber(count)}</span>
      )}
      {(failed > 0 || (count > 0 && isCollapsed)) && (
        <span
          className={classNames(
            "size-2 rounded-full",
            failed > 0 ? "bg-bad" : "bg-accent",
            isCollapsed && "absolute top-2 right-2",
          )}
        />
      )}
    </Link>
  );
  return isCollapsed ? (
    <Tooltip label={label} shortcut={shortcut} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}
