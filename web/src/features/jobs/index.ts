export { jobEvents } from "./events";
export { jobKeys } from "./keys";
export { useJobCounts } from "./use-job-counts";
