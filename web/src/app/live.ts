import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { queryClient, refreshSession, signedOut } from "@/api";
import { accountQueries } from "@/features/accounts";
import { jobEvents, jobKeys } from "@/features/jobs";
import { library, mediaEvents, mediaKeys } from "@/features/media";
import { Connection, type LiveEvent, type Socket } from "@/features/realtime";
import { uploads } from "@/features/uploads";
import { Store } from "@/lib/store";

const handlers: Record<string, (data: never) => void> = { ...mediaEvents, ...jobEvents };

/** Whether events arrive; while they do not, finished uploads make the library ask. */
const isLive = new Store(false);

function address(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/ws`;
}

/** Everything that is shown may have changed. */
function resync(): void {
  library.refresh();
  void queryClient.invalidateQueries({ queryKey: jobKeys.all });
  void queryClient.invalidateQueries({ queryKey: mediaKeys.all });
}

function refused(): void {
  void refreshSession().then((isGood) => {
    if (!isGood) signedOut.set(true);
  });
}

/** Listens to what happens to the person's own things for as long as the frame is there. */
export function useLive(): void {
  const userId = useQuery(accountQueries.me()).data?.id;
  useEffect(() => {
    if (userId === undefined) return;
    const connection = new Connection(() => new WebSocket(address()) as unknown as Socket, [`user:${userId}`], {
      onEvent: (event: LiveEvent) => handlers[event.name]?.(event.data as never),
      onResync: resync,
      onState: isLive.set,
      onRefused: refused,
    });
    const hurry = () => connection.hurry();
    const wake = () => {
      if (document.visibilityState === "visible") hurry();
    };
    connection.start();
    addEventListener("online", hurry);
    document.addEventListener("visibilitychange", wake);
    return () => {
      connection.stop();
      removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [userId]);

  useEffect(() => {
    uploads.onStored = () => {
      if (isLive.get()) return;
      library.timeline.refreshSoon();
      library.refreshLists();
    };
  }, []);
}
