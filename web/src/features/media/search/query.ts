/** What can be asked of the list of media. The server reads the language of `q`; this page only shows its filters. */
export interface Filters {
  q?: string;
  favourite?: boolean;
  trashed?: boolean;
}

export const OPERATORS = ["tag", "camera", "year", "after", "before", "rating", "format", "favourite", "is"] as const;

export type Operator = (typeof OPERATORS)[number];

/** One filter as a person writes it: `tag:"New York"`. */
export interface Token {
  operator: Operator;
  value: string;
}

export interface Query {
  tokens: Token[];
  text: string;
}

const PART = /(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi;

const VALUES: Partial<Record<Operator, RegExp>> = {
  after: /^\d{4}(-\d{1,2}(-\d{1,2})?)?$/,
  before: /^\d{4}(-\d{1,2}(-\d{1,2})?)?$/,
  year: /^\d{4}$/,
  rating: /^[1-5]$/,
  favourite: /^(yes|no)$/,
};

/** Reads a query. What is no sensible filter stays text; the server says what is wrong with it. */
export function parseQuery(written: string): Query {
  const tokens: Token[] = [];
  const words: string[] = [];
  for (const match of written.matchAll(PART)) {
    const operator = match[1]?.toLowerCase();
    const value = match[2] ?? match[3] ?? "";
    if (isOperator(operator) && isSensible(operator, value)) tokens.push({ operator, value });
    else words.push(match[0]);
  }
  return { tokens, text: words.join(" ") };
}

function writeToken({ operator, value }: Token): string {
  return `${operator}:${/\s/.test(value) ? `"${value}"` : value}`;
}

export function writeQuery({ tokens, text }: Query): string {
  return [...tokens.map(writeToken), text.trim()].filter((part) => part !== "").join(" ");
}

function isOperator(word: string | undefined): word is Operator {
  return word !== undefined && (OPERATORS as readonly string[]).includes(word);
}

function isSensible(operator: Operator, value: string): boolean {
  return value !== "" && (VALUES[operator]?.test(value) ?? true);
}
