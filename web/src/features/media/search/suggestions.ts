import type { Facets, Suggestion } from "@/api";

import { type Operator, OPERATORS, type Query, type Token } from "./query";

/** A line under the search field: what it says and what the query becomes when it is chosen. */
export interface Choice {
  kind: "text" | "operator" | "token" | "filename";
  label: string;
  operator?: Operator;
  count?: number;
  query: Query;
  /** Whether choosing it searches, or only goes on writing. */
  isFinal: boolean;
}

const FIXED: Partial<Record<Operator, readonly string[]>> = {
  rating: ["5", "4", "3", "2", "1"],
  favourite: ["yes", "no"],
  is: [
    "animated",
    "located",
    "failed",
    "pending",
    "uploaded",
    "ingested",
    "generated",
    "private",
    "unlisted",
    "public",
  ],
};

const SHOWN = 10;

function valuesOf(operator: Operator, facets: Facets | undefined): { value: string; count?: number }[] {
  const fixed = FIXED[operator];
  if (fixed) return fixed.map((value) => ({ value }));
  switch (operator) {
    case "tag":
      return facets?.tags ?? [];
    case "camera":
      return facets?.cameras ?? [];
    case "format":
      return facets?.formats ?? [];
    case "year":
      return (facets?.years ?? []).map(({ value, count }) => ({ value: String(value), count }));
    default:
      return [];
  }
}

/** What to offer while `query` is written; `text` of the query may end with an unfinished filter. */
export function choicesFor(query: Query, facets: Facets | undefined, suggestions: readonly Suggestion[]): Choice[] {
  const { tokens, text } = query;
  const words = text.split(/\s+/);
  const last = words.at(-1) ?? "";
  const rest = words.slice(0, -1).join(" ");
  const withToken = (token: Token): Query => ({ tokens: [...tokens, token], text: rest });
  const open = /^([a-z]+):"?(.*)$/i.exec(last);
  const operator = OPERATORS.find((one) => one === open?.[1]?.toLowerCase());
  if (operator) {
    const begun = (open?.[2] ?? "").toLowerCase();
    return valuesOf(operator, facets)
      .filter(({ value }) => value.toLowerCase().includes(begun))
      .slice(0, SHOWN)
      .map(({ value, count }) => ({
        kind: "token",
        label: value,
        operator,
        count,
        query: withToken({ operator, value }),
        isFinal: true,
      }));
  }
  const choices: Choice[] = [];
  if (text.trim() !== "") choices.push({ kind: "text", label: text.trim(), query, isFinal: true });
  for (const { kind, text: found, count } of suggestions.slice(0, SHOWN)) {
    if (kind === "filename") {
      choices.push({ kind: "filename", label: found, query: { tokens, text: `"${found}"` }, isFinal: true });
    } else {
      const token: Token = { operator: kind, value: found };
      choices.push({
        kind: "token",
        label: found,
        operator: kind,
        count,
        query: { tokens: [...tokens, token], text: "" },
        isFinal: true,
      });
    }
  }
  for (const one of OPERATORS) {
    if (last !== "" && !one.startsWith(last.toLowerCase())) continue;
    const written = [rest, `${one}:`].filter((part) => part !== "").join(" ");
    choices.push({
      kind: "operator",
      label: `${one}:`,
      operator: one,
      query: { tokens, text: written },
      isFinal: false,
    });
  }
  return choices;
}
