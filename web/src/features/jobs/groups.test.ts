import { describe, expect, it } from "vitest";

import type { Job } from "@/api";

import { groupJobs } from "./groups";

const NOW = Date.parse("2026-03-01T12:00:00Z");

function job(kind: string, state: Job["state"], secondsAgo: number | null = null, progress = 0): Job {
  const finished_at = secondsAgo === null ? null : new Date(NOW - secondsAgo * 1_000).toISOString();
  return { id: `${kind}${state}${String(secondsAgo)}${String(progress)}`, kind, state, progress, finished_at } as Job;
}

describe("jobs by kind", () => {
  it("stand with what failed first, then what is at work", () => {
    const groups = groupJobs([job("a", "succeeded", 5), job("b", "running"), job("c", "failed", 9)], NOW);
    expect(groups.map((group) => group.kind)).toEqual(["c", "b", "a"]);
  });

  it("count a running job by its progress", () => {
    const [group] = groupJobs([job("a", "succeeded", 5), job("a", "running", null, 0.5), job("a", "queued")], NOW);
    expect(group?.progress).toBeCloseTo(0.5);
  });

  it("say how long it will take at the pace of the last minute", () => {
    const ended = [1, 2, 3, 4, 10].map((seconds) => job("a", "succeeded", seconds));
    const [group] = groupJobs([...ended, job("a", "queued", null, 0), job("a", "running", null, 0)], NOW);
    expect(group?.secondsLeft).toBeCloseTo(4);
  });

  it("know no time left before anything has ended", () => {
    expect(groupJobs([job("a", "queued")], NOW)[0]?.secondsLeft).toBeNull();
  });
});
