import { useQuery } from "@tanstack/react-query";

import { jobQueries } from "./queries";

const NONE = { unfinished: 0, failed: 0 };

/** How many jobs run or wait, and how many failed, for the rail. */
export function useJobCounts(): { unfinished: number; failed: number } {
  return useQuery(jobQueries.counts()).data ?? NONE;
}
