import type { Role } from "@/api";

export const ROLES: readonly Role[] = ["administrator", "member", "viewer"];
