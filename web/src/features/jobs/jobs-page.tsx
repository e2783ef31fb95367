import { useInfiniteQuery } from "@tanstack/react-query";
import { ListChecks, RotateCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { formatDuration, formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { ProblemNotice } from "@/ui/problem-notice";
import { Progress } from "@/ui/progress";
import { Segmented } from "@/ui/segmented";

import { retryJobs } from "./actions";
import { groupJobs, type JobGroup } from "./groups";
import { JobLine, kindName } from "./job-line";
import { jobQueries } from "./queries";

const SHOWN = 20;
const SHORT = 6;
const FILTERS = ["all", "unfinished", "failed"] as const;

/** Everything that goes on, or went wrong, in the background. */
export function JobsPage() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<(typeof FILTERS)[number]>("all");
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    jobQueries.list(),
  );
  const groups = groupJobs(data?.pages.flatMap((page) => page.items) ?? []).filter(
    (group) => filter === "all" || group[filter].length > 0,
  );
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex w-full max-w-3xl flex-col gap-6 px-4 pt-4 pb-24">
        <header className="flex flex-wrap items-center gap-3">
          <h1 className="mr-auto text-xl font-semibold tracking-[-0.01em]">{t("jobs.title")}</h1>
          <Segmented
            label={t("jobs.filter")}
            value={filter}
            options={FILTERS.map((value) => ({ value, label: t(`jobs.show.${value}`) }))}
            onChange={setFilter}
          />
        </header>
        {error !== null && <ProblemNotice error={error} onRetry={() => void refetch()} />}
        {isPending && error === null && (
          <div role="status" aria-label={t("common.loading")} className="flex animate-shimmer flex-col gap-3">
            <div className="h-28 rounded-lg bg-sunken" />
            <div className="h-28 rounded-lg bg-sunken" />
          </div>
        )}
        {data && groups.length === 0 && (
          <EmptyState icon={ListChecks} title={t("jobs.emptyTitle")} text={t("jobs.emptyText")} />
        )}
        {groups.map((group) => (
          <Group key={group.kind} group={group} filter={filter} />
        ))}
        {hasNextPage && (
          <Button className="self-center" isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("jobs.more")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Group({ group, filter }: { group: JobGroup; filter: (typeof FILTERS)[number] }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const pressing = filter === "all" ? [...group.failed, ...group.unfinished] : group[filter];
  // Of much that is done its number says enough; of a little, one wants to see how it ended.
  const ended = filter === "all" ? group.ended : [];
  const isShort = pressing.length + ended.length <= SHORT;
  const shown = isWhole || isShort ? [...pressing, ...ended] : pressing.slice(0, SHOWN);
  const hidden = pressing.length + ended.length - shown.length;
  const counts = [
    group.failed.length > 0 && t("jobs.failedCount", { count: group.failed.length }),
    group.unfinished.length > 0 && t("jobs.unfinishedCount", { count: group.unfinished.length }),
    group.secondsLeft !== null && t("jobs.left", { time: formatDuration(group.secondsLeft) }),
    group.unfinished.length === 0 && group.failed.length === 0 && t("jobs.endedCount", { count: group.ended.length }),
  ].filter((part) => part !== false);
  return (
    <section aria-label={kindName(group.kind)} className="overflow-hidden rounded-lg bg-surface ring-1 ring-line">
      <header className="flex min-h-14 items-center gap-3 px-4 py-2">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">{kindName(group.kind)}</h2>
          <p role="status" className="text-sm text-muted">
            {counts.join(" · ")}
          </p>
        </div>
        {group.failed.length > 1 && (
          <Button isSmall icon={RotateCw} onClick={() => void retryJobs(group.failed.map((job) => job.id))}>
            {t("jobs.retryAll")}
          </Button>
        )}
      </header>
      {group.progress !== null && <Progress value={group.progress} label={kindName(group.kind)} />}
      <ul className={shown.length > 0 ? "divide-y border-t" : "hidden"}>
        {shown.map((job) => (
          <JobLine key={job.id} job={job} />
        ))}
      </ul>
      {hidden > 0 && (
        <button
          type="button"
          onClick={() => setWhole(true)}
          className="h-11 w-full border-t text-sm text-muted hover:bg-hover hover:text-ink"
        >
          {t(pressing.length > shown.length ? "jobs.showMore" : "jobs.showEnded", {
            count: hidden,
            shown: formatNumber(hidden),
          })}
        </button>
      )}
    </section>
  );
}
