import "@/app/styles.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { queryClient } from "@/api";
import { router } from "@/app/router";
import { listenToKeys } from "@/lib/actions";
import { watchBrowserConnectivity } from "@/lib/connectivity";
import { t } from "@/lib/i18n";
import { Toasts } from "@/ui/toasts";
import { TooltipProvider } from "@/ui/tooltip";

listenToKeys(() => router.state.isLoading);
watchBrowserConnectivity();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <TooltipProvider delayDuration={500} skipDelayDuration={200}>
          <RouterProvider router={router} />
          <Toasts />
          <section id="floating" aria-label={t("frame.floating")} />
        </TooltipProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
