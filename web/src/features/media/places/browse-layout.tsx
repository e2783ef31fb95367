import { Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { useMemo } from "react";

import { MediaPlace } from "./media-place";
import { type Place, PLACES, pathOf, readViewerSearch, sourceOf } from "./place";

/** The pictures stay drawn behind the viewer, so that opening and closing one costs nothing. */
export function BrowseLayout() {
  const { mediaId } = useParams({ strict: false });
  const location = useRouterState({ select: (state) => state.location });
  const viewed = readViewerSearch(location.search);
  const place: Place =
    mediaId === undefined
      ? (PLACES.find((one) => pathOf(one) === location.pathname) ?? "library")
      : (viewed.in ?? "library");
  const { q, sort } = viewed;
  const search = useMemo(
    () => ({ ...(q === undefined ? {} : { q }), ...(sort === undefined ? {} : { sort }) }),
    [q, sort],
  );
  const source = useMemo(() => sourceOf(place, search), [place, search]);
  const isViewing = mediaId !== undefined;
  return (
    <>
      <div inert={isViewing} className="flex min-h-0 flex-1 flex-col">
        <MediaPlace
          key={`${place} ${q ?? ""} ${sort ?? ""}`}
          {...{ place, search, source }}
          viewedId={mediaId ?? null}
        />
      </div>
      <Outlet />
    </>
  );
}
