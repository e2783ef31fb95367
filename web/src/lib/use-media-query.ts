import { useSyncExternalStore } from "react";

function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}

/** The width under which panels become sheets and the rail becomes a bottom bar. */
export function useIsPhone(): boolean {
  return useMediaQuery("(max-width: 767px)");
}
