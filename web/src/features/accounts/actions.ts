import {
  api,
  type ApiKeyCreated,
  asProblem,
  leaving,
  type Me,
  problemOf,
  queryClient,
  type Role,
  unwrap,
  type User,
} from "@/api";
import { notify } from "@/lib/notifications";

import { accountKeys } from "./keys";

export interface Person {
  email: string;
  name: string;
  password: string;
}

/** Each throws its Problem, for the form that asked. */
export async function setUp(person: Person): Promise<void> {
  await unwrap(api.POST("/api/v1/setup", { body: person }));
}

export async function register(person: Person): Promise<void> {
  await unwrap(api.POST("/api/v1/auth/register", { body: person }));
}

export async function logIn(email: string, password: string): Promise<void> {
  await unwrap(api.POST("/api/v1/auth/login", { body: { email, password } }));
}

export async function logOut(): Promise<void> {
  leaving.set(true);
  // The frame is taken down first, and its WebSocket with it; then nothing is on its way that the server would refuse.
  await new Promise((resolve) => setTimeout(resolve));
  window.stop();
  try {
    const { error, response } = await api.POST("/api/v1/auth/logout");
    // A login that had ended already is what was wanted.
    if (!response.ok && response.status !== 401) throw problemOf(response.status, error, response.headers);
  } catch (error) {
    leaving.set(false);
    notify({ tone: "error", text: asProblem(error).message });
    return;
  }
  // Nothing of this person may stay in the memory of the page, also not for a step back.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  location.assign("/login");
}

export async function updateMe(update: {
  name?: string;
  email?: string;
  current_password?: string;
  new_password?: string;
}): Promise<void> {
  const me = await unwrap(api.PATCH("/api/v1/auth/me", { body: update }));
  queryClient.setQueryData<Me>(accountKeys.me, me);
  if (update.new_password !== undefined) void queryClient.invalidateQueries({ queryKey: accountKeys.sessions });
}

export async function endSession(id: string): Promise<void> {
  await unwrap(api.DELETE("/api/v1/auth/sessions/{session_id}", { params: { path: { session_id: id } } }));
  await queryClient.invalidateQueries({ queryKey: accountKeys.sessions });
}

export async function createApiKey(name: string, scopes: string[], expiresAt: string | null): Promise<ApiKeyCreated> {
  const created = await unwrap(api.POST("/api/v1/api-keys", { body: { name, scopes, expires_at: expiresAt } }));
  void queryClient.invalidateQueries({ queryKey: accountKeys.apiKeys });
  return created;
}

export async function revokeApiKey(id: string): Promise<void> {
  await unwrap(api.DELETE("/api/v1/api-keys/{key_id}", { params: { path: { key_id: id } } }));
  await queryClient.invalidateQueries({ queryKey: accountKeys.apiKeys });
}

export async function createUser(person: Person & { role: Role }): Promise<void> {
  await unwrap(api.POST("/api/v1/users", { body: person }));
  await queryClient.invalidateQueries({ queryKey: accountKeys.users });
}

export async function updateUser(
  id: string,
  update: { role?: Role; is_active?: boolean; password?: string },
): Promise<User> {
  const user = await unwrap(api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: id } }, body: update }));
  await queryClient.invalidateQueries({ queryKey: accountKeys.users });
  return user;
}

export async function deleteUser(id: string): Promise<void> {
  await unwrap(api.DELETE("/api/v1/users/{user_id}", { params: { path: { user_id: id } } }));
  await queryClient.invalidateQueries({ queryKey: accountKeys.users });
}
