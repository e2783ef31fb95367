export const mediaKeys = {
  all: ["media"] as const,
  detail: (id: string) => ["media", "detail", id] as const,
  metadata: (id: string) => ["media", "metadata", id] as const,
  facets: (filters: object) => ["media", "facets", filters] as const,
  suggestions: (text: string) => ["media", "suggestions", text] as const,
  tags: ["media", "tags"] as const,
};
