import { Outlet, useRouterState } from "@tanstack/react-router";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { signedOut } from "@/api";
import { UploadSurface } from "@/features/uploads";
import { topBarSlot } from "@/lib/slots";
import { useStore } from "@/lib/store";
import { useIsPhone } from "@/lib/use-media-query";

import { BottomBar } from "./bottom-bar";
import { ConnectionBanner } from "./connection-banner";
import { useFrameActions } from "./frame-actions";
import { useLive } from "./live";
import { Palette } from "./palette";
import { Rail } from "./rail";
import { Shortcuts } from "./shortcuts";
import { TopBar } from "./top-bar";

/** The light table: rail, bar and the place. The viewer covers all of it, which then takes no focus. */
export function Frame() {
  const { t } = useTranslation();
  const [overlay, setOverlay] = useState<"palette" | "shortcuts" | null>(null);
  const isPhone = useIsPhone();
  const isViewing = useRouterState({ select: (state) => state.location.pathname.startsWith("/media/") });
  const isSignedOut = useStore(signedOut);
  useFrameActions({ openPalette: () => setOverlay("palette"), openShortcuts: () => setOverlay("shortcuts") });
  useLive();

  useEffect(() => {
    if (!isSignedOut) return;
    // A whole new page: nothing of the person before stays in memory.
    const here = location.pathname + location.search;
    location.assign(here === "/" ? "/login" : `/login?next=${encodeURIComponent(here)}`);
  }, [isSignedOut]);

  return (
    <div className="flex h-dvh overflow-hidden bg-paper">
      <a
        href="#place"
        // A # in the address would draw the focus back to it after each step back.
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("place")?.focus();
        }}
        className="sr-only z-60 rounded-md bg-surface px-4 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t("frame.skip")}
      </a>
      {!isPhone && <Rail isInert={isViewing} />}
      <div className="flex min-w-0 flex-1 flex-col">
        <header ref={topBarSlot.set} inert={isViewing} className="relative shrink-0">
          <TopBar onPalette={() => setOverlay("palette")} onShortcuts={() => setOverlay("shortcuts")} />
        </header>
        <ConnectionBanner />
        <main id="place" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
          <Suspense>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {isPhone && <BottomBar isInert={isViewing} />}
      <UploadSurface />
      {overlay === "palette" && <Palette onClose={() => setOverlay(null)} />}
      {overlay === "shortcuts" && <Shortcuts onClose={() => setOverlay(null)} />}
    </div>
  );
}
