import { QueryClient } from "@tanstack/react-query";

import { Problem } from "./problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the server refused stays refused; only the way to it is worth a second try.
      retry: (count, error) => count < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 502),
      refetchOnWindowFocus: false,
    },
    mutations: { retry: false },
  },
});
