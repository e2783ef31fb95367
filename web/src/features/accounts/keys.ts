export const accountKeys = {
  all: ["accounts"] as const,
  me: ["accounts", "me"] as const,
  setup: ["accounts", "setup"] as const,
  sessions: ["accounts", "sessions"] as const,
  apiKeys: ["accounts", "api-keys"] as const,
  scopes: ["accounts", "scopes"] as const,
  users: ["accounts", "users"] as const,
};
