import { Ban, CircleAlert, CircleCheck, Clock, type LucideIcon, RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Job } from "@/api";
import { MediaMention } from "@/features/media";
import { formatAgo, formatDateTime, formatPercent } from "@/lib/format";
import { t } from "@/lib/i18n";
import { useIsPhone } from "@/lib/use-media-query";
import { Button } from "@/ui/button";
import { IconButton } from "@/ui/icon-button";
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

export function JobLine({ job }: { job: Job }) {
  const { t } = useTranslation();
  const mediaId = job.about.media_id;
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      {mediaId === undefined ? (
        <div className="min-w-0 flex-1">
          <Standing job={job} />
        </div>
      ) : (
        <MediaMention mediaId={mediaId}>
          <Standing job={job} />
        </MediaMention>
      )}
      {(job.state === "failed" || job.state === "cancelled") && (
        <Verb label={t("common.retry")} icon={RotateCw} onClick={() => void retryJob(job.id)} />
      )}
      {isUnfinished(job) && (
        <Verb
          label={t("common.cancel")}
          icon={X}
          disabled={job.cancel_requested}
          onClick={() => void cancelJob(job.id)}
        />
      )}
    </li>
  );
}

interface VerbProps {
  label: string;
  icon: LucideIcon;
  disabled?: boolean;
  onClick: () => void;
}

/** On a phone its icon only: the reason of a failure needs the room. */
function Verb({ label, icon, ...rest }: VerbProps) {
  if (useIsPhone()) return <IconButton icon={icon} label={label} {...rest} />;
  return (
    <Button isSmall icon={icon} {...rest}>
      {label}
    </Button>
  );
}

/** How far a job is, and what went wrong. */
function Standing({ job }: { job: Job }) {
  const { t } = useTranslation();
  const when = job.finished_at ?? job.started_at ?? job.created_at;
  const state = job.cancel_requested && isUnfinished(job) ? t("jobs.stopping") : t(`jobs.state.${job.state}`);
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-1.5 text-sm text-muted">
        <StateIcon state={job.state} />
        <span className="text-ink">{state}</span>
        <time dateTime={when} title={formatDateTime(when)}>
          {formatAgo(when)}
        </time>
        {job.attempts > 1 && <span>{t("jobs.attempt", { attempt: job.attempts, of: job.max_attempts })}</span>}
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
    </>
  );
}

function StateIcon({ state }: { state: Job["state"] }) {
  const className = "size-4 shrink-0";
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
