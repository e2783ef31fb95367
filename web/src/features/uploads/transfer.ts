import { api, asProblem, type Media, Problem, problemOf, refreshSession, unwrap } from "@/api";
import { formatBytes } from "@/lib/format";
import { t } from "@/lib/i18n";

import { localPictures } from "./local-pictures";
import type { Refusal, SendResult, Transfer, UploadItem } from "./queue";

/** Above this a hash would hold too much of the file in memory; the server finds the duplicate then. */
const HASH_LIMIT = 64 * 1024 * 1024;

async function sha256(file: File): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** XMLHttpRequest, because fetch does not tell how much of a body has gone out. */
function post(item: UploadItem, onProgress: (sent: number) => void, signal: AbortSignal): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/media");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      // The envelope of the form counts too; the file is all but a few hundred bytes of it.
      if (event.total > 0) onProgress(Math.round((event.loaded / event.total) * item.file.size));
    };
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Problem(0, "unreachable", t("uploads.unreachable")));
    request.onabort = () => reject(new DOMException("Aborted", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    const form = new FormData();
    form.append("last_modified", new Date(item.file.lastModified).toISOString());
    form.append("file", item.file, item.file.name);
    request.send(form);
  });
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const name of ["Retry-After", "X-Request-Id"]) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}

async function send(item: UploadItem, onProgress: (sent: number) => void, signal: AbortSignal): Promise<SendResult> {
  let request = await post(item, onProgress, signal);
  if (request.status === 401 && (await refreshSession())) request = await post(item, onProgress, signal);
  if (request.status !== 200 && request.status !== 201) {
    throw problemOf(request.status, request.response, headersOf(request));
  }
  const media = request.response as Media & { duplicate?: boolean };
  if (media.variants === "pending") localPictures.keep(media.id, item.file);
  return { mediaId: media.id, isDuplicate: media.duplicate === true };
}

async function findDuplicate(file: File): Promise<string | null> {
  // Without a secure context (plain HTTP on a home network) browsers do not hash.
  if (file.size === 0 || file.size > HASH_LIMIT || !("subtle" in crypto)) return null;
  try {
    const checksum = await sha256(file);
    const { existing } = await unwrap(api.POST("/api/v1/media/check", { body: { checksums: [checksum] } }));
    return existing[checksum] ?? null;
  } catch (error) {
    if (pauseAfter(asProblem(error)) !== null) throw error;
    // The check only saves time; the upload itself says what is wrong.
    return null;
  }
}

/** What the server will say again, however often it is asked. */
const FINAL = new Set([400, 413, 415, 422]);

/** Where the server says that it is asked too often, but not for how long. */
const PAUSE_S = 10;

/** How many seconds the server asks to wait before it takes more; null where it does not. */
function pauseAfter({ status, retryAfter }: Problem): number | null {
  if (status === 429) return retryAfter ?? PAUSE_S;
  return status >= 500 ? retryAfter : null;
}

function describe(error: unknown): Refusal {
  const problem = asProblem(error);
  const limit = problem.details.limit ?? problem.details.max_bytes;
  const refusal = { canRetry: !FINAL.has(problem.status), pauseSeconds: pauseAfter(problem) };
  // Its own words say how long, too; here that counts down.
  if (problem.status === 429) return { ...refusal, message: t("uploads.tooMany") };
  const message =
    problem.status === 413 && typeof limit === "number" && !problem.message.includes(String(limit))
      ? `${problem.message} (${formatBytes(limit)})`
      : problem.message;
  return { ...refusal, message };
}

export const transfer: Transfer = { send, findDuplicate, describe };
