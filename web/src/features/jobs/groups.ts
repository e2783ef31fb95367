import type { Job } from "@/api";

import { isUnfinished } from "./queries";

export interface JobGroup {
  kind: string;
  failed: Job[];
  unfinished: Job[];
  ended: Job[];
  /** 0 to 1 over all jobs of the kind that are known; null when none runs. */
  progress: number | null;
  /** Seconds until the last one ends at the pace of the last ones; null while unknown. */
  secondsLeft: number | null;
}

/** By kind, what failed first, then what is at work. */
export function groupJobs(jobs: readonly Job[], now = Date.now()): JobGroup[] {
  const kinds = new Map<string, Job[]>();
  for (const job of new Map(jobs.map((one) => [one.id, one])).values())
    kinds.set(job.kind, [...(kinds.get(job.kind) ?? []), job]);
  const groups = [...kinds].map(([kind, all]) => makeGroup(kind, all, now));
  return groups.sort(
    (a, b) =>
      b.failed.length - a.failed.length || b.unfinished.length - a.unfinished.length || a.kind.localeCompare(b.kind),
  );
}

const WINDOW_MS = 60_000;

function makeGroup(kind: string, all: readonly Job[], now: number): JobGroup {
  const failed = all.filter((job) => job.state === "failed");
  const running = all.filter((job) => job.state === "running");
  const queued = all.filter((job) => job.state === "queued");
  const ended = all.filter((job) => !isUnfinished(job) && job.state !== "failed");
  const unfinished = [...running, ...queued];
  const recent = ended.filter((job) => job.finished_at !== null && now - Date.parse(job.finished_at ?? "") < WINDOW_MS);
  const done = recent.length + running.reduce((sum, job) => sum + job.progress, 0);
  const progress = unfinished.length === 0 ? null : done / (recent.length + unfinished.length);
  const oldest = Math.min(...recent.map((job) => Date.parse(job.finished_at ?? "")));
  const rate = recent.length > 2 ? recent.length / Math.max(1, (now - oldest) / 1_000) : 0;
  return {
    kind,
    failed,
    unfinished,
    ended,
    progress,
    secondsLeft: rate > 0 && unfinished.length > 0 ? unfinished.length / rate : null,
  };
}
