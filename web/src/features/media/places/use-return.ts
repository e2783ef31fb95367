import { useEffect, useRef } from "react";

import type { Browse } from "./use-browse";

/** When the viewer closes, the focus goes to the picture that was seen last: where the eyes are, the keys go on. */
export function useReturn({ controller, source }: Browse, viewedId: string | null): void {
  const seen = useRef<string | null>(null);
  useEffect(() => {
    if (viewedId !== null) {
      seen.current = viewedId;
      return;
    }
    const index = seen.current === null ? -1 : source.indexOf(seen.current);
    seen.current = null;
    if (index >= 0) controller.focus(index);
  }, [controller, source, viewedId]);
}
