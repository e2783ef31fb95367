import type { components } from "./schema";

type Schemas = components["schemas"];

export type Media = Schemas["MediaRead"];
export type MediaPage = Schemas["MediaPage"];
export type MediaUpdate = Schemas["MediaUpdate"];
export type MediaSort = Schemas["MediaSort"];
export type Bulk = Schemas["Bulk"];
export type TimelineSkeleton = Schemas["Timeline"];
export type TimelineColumns = Schemas["TimelinePage"];
export type Facets = Schemas["Facets"];
export type Suggestion = Schemas["Suggestion"];
export type Job = Schemas["JobRead"];
export type Me = Schemas["Me"];
export type User = Schemas["UserRead"];
export type Role = Schemas["Role"];
export type LoginSession = Schemas["SessionRead"];
export type ApiKey = Schemas["ApiKeyRead"];
export type ApiKeyCreated = Schemas["ApiKeyCreated"];

export { api, leaving, refreshSession, signedOut, unwrap } from "./client";
export { queryClient } from "./query-client";
export { asProblem, fieldErrors, Problem, problemOf } from "./problem";
