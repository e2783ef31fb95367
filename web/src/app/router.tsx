import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";

import { Problem, queryClient } from "@/api";
import { accountQueries, canAdminister } from "@/features/accounts";
import { BrowseLayout, readPlaceSearch, readViewerSearch } from "@/features/media";

import { Frame } from "./frame";
import { CrashPage, LoadingPage, NotFoundPage } from "./outcome-pages";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

const readNext = (search: Record<string, unknown>): { next?: string } =>
  typeof search.next === "string" ? { next: search.next } : {};

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: readNext,
  component: lazyRouteComponent(() => import("@/features/accounts/login-page"), "LoginPage"),
});
const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  component: lazyRouteComponent(() => import("@/features/accounts/new-account-page"), "SetupPage"),
});
const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/register",
  component: lazyRouteComponent(() => import("@/features/accounts/new-account-page"), "RegisterPage"),
});

/** Everything inside needs a person; without one it leads to the login, or on a fresh installation to the set-up. */
const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "frame",
  beforeLoad: async ({ location }) => {
    try {
      return { me: await queryClient.ensureQueryData(accountQueries.me()) };
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      const { needs_setup } = await queryClient.fetchQuery(accountQueries.setup());
      const next = location.href === "/" ? {} : { next: location.href };
      throw redirect(needs_setup ? { to: "/setup" } : { to: "/login", search: next });
    }
  },
  component: Frame,
  pendingComponent: LoadingPage,
  pendingMs: 400,
});

const browseRoute = createRoute({ getParentRoute: () => frameRoute, id: "browse", component: BrowseLayout });
const nothing = () => null;
const libraryRoute = createRoute({ getParentRoute: () => browseRoute, path: "/", component: nothing });
const favouritesRoute = createRoute({ getParentRoute: () => browseRoute, path: "/favourites", component: nothing });
const trashRoute = createRoute({ getParentRoute: () => browseRoute, path: "/trash", component: nothing });
const searchRoute = createRoute({
  getParentRoute: () => browseRoute,
  path: "/search",
  validateSearch: readPlaceSearch,
  component: nothing,
});
const viewerRoute = createRoute({
  getParentRoute: () => browseRoute,
  path: "/media/$mediaId",
  validateSearch: readViewerSearch,
  component: lazyRouteComponent(() => import("@/features/media/viewer/viewer"), "Viewer"),
});

const jobsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: "/jobs",
  component: lazyRouteComponent(() => import("@/features/jobs/jobs-page"), "JobsPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings-layout"), "SettingsLayout"),
});
const settingsIndexRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/profile", replace: true });
  },
});
const profileRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/profile",
  component: lazyRouteComponent(() => import("@/features/accounts/profile-page"), "ProfilePage"),
});
const appearanceRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/appearance",
  component: lazyRouteComponent(() => import("@/features/preferences/appearance-page"), "AppearancePage"),
});
const keysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/keys",
  component: lazyRouteComponent(() => import("@/features/accounts/api-keys-page"), "ApiKeysPage"),
});
const usersRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/users",
  beforeLoad: ({ context }) => {
    if (!canAdminister(context.me)) throw redirect({ to: "/settings/profile", replace: true });
  },
  component: lazyRouteComponent(() => import("@/features/accounts/users-page"), "UsersPage"),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    loginRoute,
    setupRoute,
    registerRoute,
    frameRoute.addChildren([
      browseRoute.addChildren([libraryRoute, favouritesRoute, searchRoute, trashRoute, viewerRoute]),
      jobsRoute,
      settingsRoute.addChildren([settingsIndexRoute, profileRoute, appearanceRoute, keysRoute, usersRoute]),
    ]),
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: CrashPage,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** The viewer was opened from the grid behind it: closing it goes back. */
    isFromGrid?: boolean;
  }
}
