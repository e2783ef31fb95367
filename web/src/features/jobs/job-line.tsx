import { Link } from "@tanstack/react-router";
import { Ban, CircleAlert, CircleCheck, Clock, RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Job } from "@/api";
import { formatAgo, formatDateTime, formatPercent } from "@/lib/format";
import { t } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Progress } from "@/ui/progress";
import { Spinner } from "@/ui/spinner";

import { cancelJob, retryJob } from "./actions";
import { isUnfinished } from "./queries";

const KINDS: Record<string, string> = {
  "media.make_variants": t("jobs.kind.makeVariants"),
  "media.remove_files": t("jobs.kind.removeFiles"),
  "media.purge": t("jobs.kind.purge"),
  "media.reindex_tag": t("jobs.kind.reindexTag"),
  "accounts.purge_logins": t("jobs.kind.purgeLogins"),
};

/** What a kind of job does; one that this page does not know yet is named from its own words. */
export function kindName(kind: string): string {
  const words = (kind.split(".").at(-1) ?? kind).replaceAll("_", " ");
  return KINDS[kind] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

function mediaOf(job: Job): string | null {
  const id = job.result?.media_id;
  return typeof id === "string" ? id : null;
}

export function JobLine({ job }: { job: Job }) {
  const { t } = useTranslation();
  const media = mediaOf(job);
  const when = job.finished_at ?? job.started_at ?? job.created_at;
  const state = job.cancel_requested && isUnfinished(job) ? t("jobs.stopping") : t(`jobs.state.${job.state}`);
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <StateIcon state={job.state} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap gap-x-2">
          <span className="font-medium">{state}</span>
          <time dateTime={when} title={formatDateTime(when)} className="text-muted">
            {formatAgo(when)}
          </time>
          {job.attempts > 1 && (
            <span className="text-muted">{t("jobs.attempt", { attempt: job.attempts, of: job.max_attempts })}</span>
          )}
        </p>
        {job.message !== null && job.error === null && <p className="text-sm break-words text-muted">{job.message}</p>}
        {job.error !== null && (
          <p className={`text-sm break-words ${job.state === "failed" ? "text-bad" : "text-muted"}`}>
            {job.error.message}
          </p>
        )}
        {job.state === "running" && (
          <div className="mt-2 flex items-center gap-3">
            <Progress value={job.progress > 0 ? job.progress : null} label={kindName(job.kind)} />
            {job.progress > 0 && <span className="text-xs text-muted">{formatPercent(job.progress)}</span>}
          </div>
        )}
        {media !== null && (
          <Link
            to="/media/$mediaId"
            params={{ mediaId: media }}
            search={{}}
            className="text-sm text-accent-text hover:underline"
          >
            {t("jobs.showMedia")}
          </Link>
        )}
      </div>
      {(job.state === "failed" || job.state === "cancelled") && (
        <Button isSmall icon={RotateCw} onClick={() => void retryJob(job.id)}>
          {t("common.retry")}
        </Button>
      )}
      {isUnfinished(job) && (
        <Button isSmall tone="quiet" icon={X} disabled={job.cancel_requested} onClick={() => void cancelJob(job.id)}>
          {t("common.cancel")}
        </Button>
      )}
    </li>
  );
}

function StateIcon({ state }: { state: Job["state"] }) {
  const className = "mt-0.5 size-[18px] shrink-0";
  switch (state) {
    case "queued":
      return <Clock aria-hidden className={`${className} text-faint`} />;
    case "running":
      return <Spinner className={`${className} text-accent`} />;
    case "succeeded":
      return <CircleCheck aria-hidden className={`${className} text-good`} />;
    case "failed":
      return <CircleAlert aria-hidden className={`${className} text-bad`} />;
    case "cancelled":
      return <Ban aria-hidden className={`${className} text-faint`} />;
  }
}
