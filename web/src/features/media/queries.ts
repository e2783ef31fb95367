import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "@/api";

import { mediaKeys } from "./keys";
import type { Filters } from "./search/query";

export const mediaQueries = {
  detail: (id: string) =>
    queryOptions({
      queryKey: mediaKeys.detail(id),
      queryFn: () => unwrap(api.GET("/api/v1/media/{media_id}", { params: { path: { media_id: id } } })),
    }),
  metadata: (id: string) =>
    queryOptions({
      queryKey: mediaKeys.metadata(id),
      queryFn: () => unwrap(api.GET("/api/v1/media/{media_id}/metadata", { params: { path: { media_id: id } } })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  facets: (filters: Filters) =>
    queryOptions({
      queryKey: mediaKeys.facets(filters),
      queryFn: () => unwrap(api.GET("/api/v1/media/facets", { params: { query: filters } })),
      placeholderData: keepPreviousData,
    }),
  suggestions: (text: string) =>
    queryOptions({
      queryKey: mediaKeys.suggestions(text),
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/media/suggest", { params: { query: { q: text } }, signal })),
      enabled: text.trim().length >= 2,
      placeholderData: keepPreviousData,
    }),
  tags: () =>
    queryOptions({
      queryKey: mediaKeys.tags,
      queryFn: () => unwrap(api.GET("/api/v1/tags", { params: { query: { limit: 200 } } })),
    }),
};
