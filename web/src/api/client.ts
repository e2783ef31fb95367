import createClient from "openapi-fetch";

import { reportUnreachable } from "@/lib/connectivity";
import { t } from "@/lib/i18n";
import { Store } from "@/lib/store";

import { Problem, problemOf } from "./problem";
import type { paths } from "./schema";

/** Becomes true when neither the session nor its refresh is good any more; the app then asks for a login. */
export const signedOut = new Store(false);

/** True from the moment a person logs out: nothing more is asked in their name, and nothing renews their login. */
export const leaving = new Store(false);

const REFRESHED_AT = "maquette.refreshed-at";

let refreshing: Promise<boolean> | undefined;

function lastRefresh(): number {
  try {
    return Number(localStorage.getItem(REFRESHED_AT) ?? 0);
  } catch {
    return 0;
  }
}

async function refreshUnlessDone(since: number): Promise<boolean> {
  if (leaving.get()) return false;
  // Another tab was faster: its cookies are ours as well.
  if (lastRefresh() > since) return true;
  try {
    const answer = await fetch("/api/v1/auth/refresh", { method: "POST" });
    if (answer.ok) localStorage.setItem(REFRESHED_AT, String(Date.now()));
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * One refresh at a time for all tabs: a second use of the same refresh token would end the session everywhere.
 * `since` is when the refused request was sent.
 */
export function refreshSession(since = Date.now()): Promise<boolean> {
  refreshing ??= refreshAlone(since).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function refreshAlone(since: number): Promise<boolean> {
  // Over plain HTTP on a home network browsers have no locks; the server forgives a second use for a moment.
  if (!("locks" in navigator)) return refreshUnlessDone(since);
  return await navigator.locks.request("maquette.refresh", () => refreshUnlessDone(since));
}

const LOG_OUT = "/api/v1/auth/logout";
const PUBLIC = /\/api\/v1\/(auth\/(login|register|refresh|logout)|setup)$/;

function refuseWhenLeaving(path: string): void {
  if (leaving.get() && path !== LOG_OUT) throw new DOMException("The person is leaving", "AbortError");
}

async function fetchWithSession(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  refuseWhenLeaving(path);
  const again = request.clone();
  const sentAt = Date.now();
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    refuseWhenLeaving(path);
    reportUnreachable();
    throw new Problem(0, "unreachable", t("problem.unreachable"));
  }
  if (answer.status !== 401 || PUBLIC.test(path)) return answer;
  refuseWhenLeaving(path);
  if (await refreshSession(sentAt)) return fetch(again);
  signedOut.set(true);
  return answer;
}

export const api = createClient<paths>({
  baseUrl: "/",
  fetch: fetchWithSession,
  querySerializer: { array: { style: "form", explode: true } },
});

/** The data of an answer, or its Problem thrown. */
export async function unwrap<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response.status, error, response.headers);
  return data as NonNullable<T>;
}
