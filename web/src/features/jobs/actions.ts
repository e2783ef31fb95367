import { api, asProblem, queryClient, unwrap } from "@/api";
import { notify } from "@/lib/notifications";

import { jobKeys } from "./keys";
import { knownJob, replaceJob } from "./events";

async function act(verb: "cancel" | "retry", id: string): Promise<void> {
  try {
    const path = { params: { path: { job_id: id } } };
    const before = knownJob(id);
    replaceJob(
      await unwrap(
        verb === "cancel"
          ? api.POST("/api/v1/jobs/{job_id}/cancel", path)
          : api.POST("/api/v1/jobs/{job_id}/retry", path),
      ),
      before,
    );
  } catch (error) {
    notify({ tone: "error", text: asProblem(error).message });
    void queryClient.invalidateQueries({ queryKey: jobKeys.all });
  }
}

export const cancelJob = (id: string): Promise<void> => act("cancel", id);
export const retryJob = (id: string): Promise<void> => act("retry", id);

/** One after the other: a queue that failed as a whole need not come back as a burst. */
export async function retryJobs(ids: readonly string[]): Promise<void> {
  for (const id of ids) await retryJob(id);
}
