import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";

import { useStore } from "@/lib/store";

import { setFavourite } from "../actions";
import { type GridController } from "../grid/controller";
import { useGridController } from "../grid/media-grid";
import type { TileHandlers } from "../grid/tile-view";
import { Selection } from "../selection/selection";
import type { MediaSource } from "../sources/source";
import type { Tile } from "../sources/tile";
import type { Place, PlaceSearch, ViewerSearch } from "./place";

export interface Browse {
  source: MediaSource;
  controller: GridController;
  selection: Selection;
  handlers: TileHandlers;
}

/** A source with its grid, its selection and what a press on a picture does. */
export function useBrowse(place: Place, search: PlaceSearch, source: MediaSource): Browse {
  const navigate = useNavigate();
  const controller = useGridController(source);
  const [selection] = useState(() => new Selection());
  useStore(source.revision);

  useEffect(() => {
    void source.open();
    return () => selection.clear();
  }, [source, selection]);

  const viewerSearch = useMemo<ViewerSearch>(
    () => ({ ...search, ...(place === "library" ? {} : { in: place }) }),
    [place, search],
  );

  const handlers = useMemo<TileHandlers>(() => {
    const pick = async (tile: Tile, isRange: boolean) => {
      const from = selection.anchor === null ? -1 : source.indexOf(selection.anchor);
      const to = source.indexOf(tile.id);
      if (!isRange || from < 0) {
        selection.toggle(tile.id);
        return;
      }
      const range = await source.load(Math.min(from, to), Math.max(from, to));
      selection.add(range.map((one) => one.id));
    };
    return {
      open: (tile) =>
        void navigate({
          to: "/media/$mediaId",
          params: { mediaId: tile.id },
          search: viewerSearch,
          state: { isFromGrid: true },
        }),
      pick: (tile, isRange) => void pick(tile, isRange),
      favourite: (tile) => void setFavourite([tile.id], !tile.favourite),
      focus: (tile) => controller.focused.set(tile.id),
      hrefOf: (tile) => {
        const query = new URLSearchParams(viewerSearch as Record<string, string>).toString();
        return `/media/${tile.id}${query === "" ? "" : `?${query}`}`;
      },
    };
  }, [controller, navigate, selection, source, viewerSearch]);

  return { source, controller, selection, handlers };
}
