/** An error of the server (SPEC §12), or of the way to it. */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
    readonly requestId: string | null = null,
    /** Seconds, where the server says when to come back. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

interface Envelope {
  error?: { code?: string; message?: string; details?: Record<string, unknown>; request_id?: string };
}

/** Reads the envelope; an answer without one (a proxy's page, say) still gives a usable message. */
export function problemOf(status: number, body: unknown, headers?: Headers): Problem {
  const error = (body as Envelope | null | undefined)?.error;
  return new Problem(
    status,
    error?.code ?? `http_${status}`,
    error?.message ?? `The server answered ${status}. Try again in a moment.`,
    error?.details ?? {},
    error?.request_id ?? headers?.get("X-Request-Id") ?? null,
    secondsOf(headers?.get("Retry-After")),
  );
}

/** Retry-After is a number of seconds or a date. */
function secondsOf(retryAfter: string | null | undefined): number | null {
  if (!retryAfter) return null;
  const seconds = Number(retryAfter);
  const until = Number.isFinite(seconds) ? seconds : (Date.parse(retryAfter) - Date.now()) / 1_000;
  return Number.isFinite(until) ? Math.max(0, until) : null;
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "unexpected", error instanceof Error ? error.message : String(error));
}

interface Fault {
  path: string;
  message: string;
}

/** Messages by field name of a validation error, so that each stands at its field. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof Problem) || !Array.isArray(error.details.fields)) return {};
  const faults = error.details.fields as Fault[];
  return Object.fromEntries(faults.map(({ path, message }) => [path.split(".").at(-1) ?? path, message]));
}
