import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useRouter, useRouterState } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Problem } from "@/api";
import { classNames } from "@/lib/class-names";
import { preferences, setPreference } from "@/lib/preferences";
import { useStore } from "@/lib/store";
import { useIsPhone } from "@/lib/use-media-query";
import { Confirm } from "@/ui/confirm";
import { IconButton } from "@/ui/icon-button";
import { ProblemNotice } from "@/ui/problem-notice";
import { Spinner } from "@/ui/spinner";

import { deleteForever, trashMedia } from "../actions";
import { pathOf, readViewerSearch, sourceOf } from "../places/place";
import { mediaQueries } from "../queries";
import { Filmstrip } from "./filmstrip";
import { Inspector } from "./inspector";
import { MediaMissing } from "./media-missing";
import { Stage } from "./stage";
import { useNeighbours } from "./use-neighbours";
import { useViewerActions } from "./use-viewer-actions";
import { ViewerBar, ViewerFooter } from "./viewer-bar";

/** One picture over the whole window, with the place that it was opened from as its neighbours. */
export function Viewer() {
  const { t } = useTranslation();
  const { mediaId } = useParams({ from: "/frame/browse/media/$mediaId" });
  const navigate = useNavigate();
  const router = useRouter();
  const location = useRouterState({ select: (state) => state.location });
  const search = useMemo(() => readViewerSearch(location.search), [location.search]);
  const place = search.in ?? "library";
  const source = useMemo(() => sourceOf(place, search), [place, search]);
  const detail = useQuery(mediaQueries.detail(mediaId));
  const { tile, index, at } = useNeighbours(source, mediaId, detail.data);
  const isInspecting = useStore(preferences, (all) => all.inspectorOpen);
  const isPhone = useIsPhone();
  const [isDeleting, setDeleting] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const { isFromGrid } = location.state;

  useEffect(() => root.current?.focus({ preventScroll: true }), []);

  const close = useCallback(() => {
    if (isFromGrid) router.history.back();
    else void navigate({ to: pathOf(place), search: { q: search.q, sort: search.sort } });
  }, [isFromGrid, navigate, place, router, search]);
  const go = useCallback(
    (position: number) => {
      const next = at(position);
      if (!next) return;
      void navigate({
        to: "/media/$mediaId",
        params: { mediaId: next.id },
        search,
        state: { isFromGrid },
        replace: true,
      });
    },
    [at, isFromGrid, navigate, search],
  );
  const step = useCallback((by: 1 | -1) => index >= 0 && go(index + by), [go, index]);
  const leave = useCallback(() => {
    if (index >= 0 && at(index + 1)) go(index + 1);
    else if (index > 0) go(index - 1);
    else close();
  }, [at, close, go, index]);
  const trash = useCallback(() => {
    leave();
    void trashMedia([mediaId]);
  }, [leave, mediaId]);
  const toggleInspector = () => setPreference("inspectorOpen", !isInspecting);

  const isTrashed = detail.data?.trashed_at != null;
  const verbs = { close, step, trash, toggleInspector, askDelete: () => setDeleting(true) };
  useViewerActions({ mediaId, tile, isTrashed, verbs });

  const isMissing = detail.error instanceof Problem && (detail.error.status === 404 || detail.error.status === 422);
  const position = index >= 0 ? t("viewer.position", { position: index + 1, total: source.total }) : null;
  const bar = { tile, media: detail.data, position, isTrashed, isInspecting, verbs };
  const name = detail.data?.title ?? detail.data?.filename ?? t("tile.picture");
  return (
    <div
      ref={root}
      role="dialog"
      aria-modal="true"
      aria-label={t("viewer.label", { name })}
      tabIndex={-1}
      className="dark fixed inset-0 z-50 flex animate-appear flex-col bg-black text-ink outline-none"
    >
      <ViewerBar {...bar} />
      <div className="flex min-h-0 flex-1">
        <div className={classNames("relative flex min-w-0 flex-1 flex-col", isInspecting && "max-md:pb-[60dvh]")}>
          {isMissing && !tile ? (
            <MediaMissing onClose={close} />
          ) : detail.error && !tile ? (
            <div className="m-auto w-full max-w-md p-6">
              <ProblemNotice error={detail.error} onRetry={() => void detail.refetch()} />
            </div>
          ) : tile ? (
            <Stage tile={tile} media={detail.data} onStep={step} onClose={close} />
          ) : (
            <Spinner className="m-auto size-6" />
          )}
          {index > 0 && <Arrow side="left" label={t("viewer.previous")} onClick={() => step(-1)} />}
          {index >= 0 && index < source.total - 1 && (
            <Arrow side="right" label={t("viewer.next")} onClick={() => step(1)} />
          )}
          {!(isPhone && isInspecting) && <Filmstrip source={source} index={index} onGo={go} />}
          {isPhone && !isInspecting && <ViewerFooter {...bar} />}
        </div>
        {isInspecting && detail.data && <Inspector key={mediaId} media={detail.data} onClose={toggleInspector} />}
      </div>
      <Confirm
        isOpen={isDeleting}
        title={t("trash.deleteTitle", { count: 1 })}
        text={t("trash.deleteNamed", { name })}
        verb={t("media.deleteForever")}
        onClose={() => setDeleting(false)}
        onConfirm={async () => {
          leave();
          await deleteForever([mediaId]);
        }}
      />
    </div>
  );
}

function Arrow({ side, label, onClick }: { side: "left" | "right"; label: string; onClick: () => void }) {
  return (
    <div
      className={`absolute top-1/2 -mt-12 max-md:hidden ${side === "left" ? "left-3" : "right-3"} opacity-60 transition-opacity hover:opacity-100 focus-within:opacity-100`}
    >
      <IconButton
        icon={side === "left" ? ChevronLeft : ChevronRight}
        label={label}
        shortcut={side === "left" ? "ArrowLeft" : "ArrowRight"}
        side={side === "left" ? "right" : "left"}
        className="size-11 rounded-full bg-black/55 text-white"
        onClick={onClick}
      />
    </div>
  );
}
