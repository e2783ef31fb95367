import { Outlet, useRouterState } from "@tanstack/react-router";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { leaving, signedOut } from "@/api";
import { logOut } from "@/features/accounts";
import { uploads, UploadSurface } from "@/features/uploads";
import { topBarSlot } from "@/lib/slots";
import { useStore } from "@/lib/store";
import { useIsPhone } from "@/lib/use-media-query";
import { Confirm } from "@/ui/confirm";

import { BottomBar } from "./bottom-bar";
import { ConnectionBanner } from "./connection-banner";
import { useFrameActions } from "./frame-actions";
import { useLive } from "./live";
import { LoadingPage } from "./outcome-pages";
import { Palette } from "./palette";
import { Rail } from "./rail";
import { Shortcuts } from "./shortcuts";
import { TopBar } from "./top-bar";

export function Frame() {
  return useStore(leaving) ? <LoadingPage /> : <LightTable />;
}

/** Rail, bar and the place. The viewer covers all of it, which then takes no focus. */
function LightTable() {
  const { t } = useTranslation();
  const [overlay, setOverlay] = useState<"palette" | "shortcuts" | "farewell" | null>(null);
  const isPhone = useIsPhone();
  const isViewing = useRouterState({ select: (state) => state.location.pathname.startsWith("/media/") });
  const isSignedOut = useStore(signedOut);
  const openPalette = () => setOverlay("palette");
  const openShortcuts = () => setOverlay("shortcuts");
  const leave = () => (uploads.state.get().active > 0 ? setOverlay("farewell") : void logOut());
  useFrameActions({ openPalette, openShortcuts, leave });
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
          <TopBar onPalette={openPalette} onShortcuts={openShortcuts} onLeave={leave} />
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
      <Confirm
        isOpen={overlay === "farewell"}
        title={t("farewell.title")}
        text={t("farewell.text")}
        verb={t("person.logOut")}
        onClose={() => setOverlay(null)}
        onConfirm={() => {
          uploads.cancel();
          return logOut();
        }}
      />
    </div>
  );
}
