import { CloudOff, RotateCw } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { queryClient } from "@/api";
import { library } from "@/features/media";
import { askNow, connectivity } from "@/lib/connectivity";
import { useStore } from "@/lib/store";
import { Button } from "@/ui/button";

/** Says when the server cannot be reached; what is loaded stays usable, and all is asked again when it is back. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const state = useStore(connectivity);
  const wasAway = useRef(false);
  useEffect(() => {
    if (state !== "online") wasAway.current = true;
    else if (wasAway.current) {
      wasAway.current = false;
      library.refresh();
      void queryClient.invalidateQueries();
    }
  }, [state]);
  if (state === "online") return null;
  return (
    <div role="alert" className="flex min-h-11 items-center gap-3 bg-bad-wash px-4 py-1.5">
      <CloudOff aria-hidden className="size-4 shrink-0 text-bad" />
      <p className="min-w-0 flex-1">{t(state === "offline" ? "connection.offline" : "connection.unreachable")}</p>
      <Button isSmall tone="quiet" icon={RotateCw} onClick={askNow}>
        {t("common.retry")}
      </Button>
    </div>
  );
}
