import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, type Job, unwrap } from "@/api";

import { jobKeys } from "./keys";

const PAGE = 200;

interface Wanted {
  cursor?: string;
  state?: Job["state"][];
}

function page(wanted: Wanted) {
  return unwrap(api.GET("/api/v1/jobs", { params: { query: { limit: PAGE, ...wanted } } }));
}

/** The newest jobs, and what failed or runs however long ago it was asked for: that must never be out of sight. */
async function firstPage() {
  const [newest, pressing] = await Promise.all([page({}), page({ state: ["failed", "running"] })]);
  const known = new Set(newest.items.map((job) => job.id));
  return { ...newest, items: [...newest.items, ...pressing.items.filter((job) => !known.has(job.id))] };
}

async function count(state: Job["state"][]): Promise<number> {
  const query = { state, limit: 1, total: true };
  return (await unwrap(api.GET("/api/v1/jobs", { params: { query } }))).total ?? 0;
}

export const jobQueries = {
  list: () =>
    infiniteQueryOptions({
      queryKey: jobKeys.list,
      queryFn: ({ pageParam }) => (pageParam === null ? firstPage() : page({ cursor: pageParam })),
      initialPageParam: null as string | null,
      getNextPageParam: (last) => last.next_cursor,
      // Events keep it fresh; this is for the jobs whose events were missed.
      refetchInterval: 60_000,
    }),
  counts: () =>
    queryOptions({
      queryKey: jobKeys.counts,
      queryFn: async () => {
        const [unfinished, failed] = await Promise.all([count(["queued", "running"]), count(["failed"])]);
        return { unfinished, failed };
      },
      refetchInterval: 60_000,
    }),
};

export function isUnfinished(job: Pick<Job, "state">): boolean {
  return job.state === "queued" || job.state === "running";
}
