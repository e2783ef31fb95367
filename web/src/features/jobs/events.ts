import type { InfiniteData } from "@tanstack/react-query";

import { type Job, queryClient } from "@/api";

import { jobKeys } from "./keys";

type Pages = InfiniteData<{ items: Job[]; next_cursor: string | null; total?: number | null }>;

interface JobProgressed {
  job_id: string;
  state: Job["state"];
  progress: number;
  message: string | null;
  error: Job["error"];
  attempts: number;
}

const PAUSE_MS = 800;

/** New jobs come in bursts with uploads; they are asked for together. */
function soon(queryKey: readonly string[]): () => void {
  let asking: ReturnType<typeof setTimeout> | undefined;
  return () => {
    asking ??= setTimeout(() => {
      asking = undefined;
      void queryClient.invalidateQueries({ queryKey });
    }, PAUSE_MS);
  };
}

const askSoon = soon(jobKeys.all);
const countSoon = soon(jobKeys.counts);

function change(id: string, next: (job: Job) => Job): boolean {
  let isFound = false;
  queryClient.setQueryData<Pages>(jobKeys.list, (data) => {
    if (!data) return data;
    const pages = data.pages.map((page) => {
      if (!page.items.some((job) => job.id === id)) return page;
      isFound = true;
      return { ...page, items: page.items.map((job) => (job.id === id ? next(job) : job)) };
    });
    return isFound ? { ...data, pages } : data;
  });
  return isFound;
}

export function knownJob(id: string): Job | undefined {
  const pages = queryClient.getQueryData<Pages>(jobKeys.list)?.pages ?? [];
  return pages.flatMap((page) => page.items).find((job) => job.id === id);
}

/** Takes the answer to what was asked when the job stood as `before`; an event may have told more since. */
export function replaceJob(job: Job, before: Job | undefined): void {
  if (knownJob(job.id) !== before || !change(job.id, () => job)) askSoon();
  else countSoon();
}

export const jobEvents: Record<string, (data: never) => void> = {
  "job.progress": (data: JobProgressed) => {
    const { state, progress, message, error, attempts } = data;
    const hasEnded = state !== "queued" && state !== "running";
    const isKnown = change(data.job_id, (job) => ({
      ...job,
      state,
      progress,
      message,
      error,
      attempts,
      started_at: job.started_at ?? (state === "running" ? new Date().toISOString() : null),
      finished_at: hasEnded ? (job.finished_at ?? new Date().toISOString()) : null,
    }));
    if (!isKnown) askSoon();
    else if (state !== "running") countSoon();
  },
};
