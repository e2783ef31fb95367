export const jobKeys = {
  all: ["jobs"] as const,
  list: ["jobs", "list"] as const,
  counts: ["jobs", "counts"] as const,
};
