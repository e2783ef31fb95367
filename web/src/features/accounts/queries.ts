import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "@/api";

import { accountKeys } from "./keys";

export const accountQueries = {
  setup: () =>
    queryOptions({ queryKey: accountKeys.setup, queryFn: () => unwrap(api.GET("/api/v1/setup")), staleTime: 0 }),
  me: () =>
    queryOptions({
      queryKey: accountKeys.me,
      queryFn: () => unwrap(api.GET("/api/v1/auth/me")),
      staleTime: 300_000,
    }),
  sessions: () =>
    queryOptions({ queryKey: accountKeys.sessions, queryFn: () => unwrap(api.GET("/api/v1/auth/sessions")) }),
  apiKeys: () =>
    queryOptions({
      queryKey: accountKeys.apiKeys,
      queryFn: () => unwrap(api.GET("/api/v1/api-keys", { params: { query: { limit: 200 } } })),
    }),
  scopes: () =>
    queryOptions({
      queryKey: accountKeys.scopes,
      queryFn: () => unwrap(api.GET("/api/v1/api-keys/scopes")),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  users: () =>
    queryOptions({
      queryKey: accountKeys.users,
      queryFn: () => unwrap(api.GET("/api/v1/users", { params: { query: { limit: 200 } } })),
    }),
};

/** Whether the caller may run this installation. */
export function canAdminister(me: { permissions: readonly string[] }): boolean {
  return me.permissions.includes("users.write");
}
