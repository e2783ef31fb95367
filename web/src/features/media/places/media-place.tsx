import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { connectivity } from "@/lib/connectivity";
import { useStore } from "@/lib/store";
import { Confirm } from "@/ui/confirm";
import { ProblemNotice } from "@/ui/problem-notice";

import { deleteForever } from "../actions";
import { MediaGrid } from "../grid/media-grid";
import { SelectionBar } from "../selection/selection-bar";
import type { MediaSource } from "../sources/source";
import { TagDialog } from "../tags/tag-dialog";
import { NothingHere } from "./nothing-here";
import type { Place, PlaceSearch } from "./place";
import { PlaceHead } from "./place-head";
import { useBrowse } from "./use-browse";
import { useBrowseActions } from "./use-browse-actions";
import { useReturn } from "./use-return";

interface MediaPlaceProps {
  place: Place;
  search: PlaceSearch;
  source: MediaSource;
  /** The media in the viewer, while that stands in front. */
  viewedId: string | null;
}

export function MediaPlace({ place, search, source, viewedId }: MediaPlaceProps) {
  const { t } = useTranslation();
  const browse = useBrowse(place, search, source);
  const { controller, selection, handlers } = browse;
  const [tagging, setTagging] = useState<string[] | null>(null);
  const [deleting, setDeleting] = useState<string[] | null>(null);
  const isAway = useStore(connectivity) !== "online";
  const isTrash = place === "trash";
  useEffect(() => {
    // The viewer is what comes next: its code is there before it is asked for.
    const timer = setTimeout(() => void import("../viewer/viewer"), 1_500);
    return () => clearTimeout(timer);
  }, []);
  const asked = { tag: setTagging, deleteForever: setDeleting };
  const isActive = viewedId === null;
  useBrowseActions(browse, isTrash, isActive, asked);
  useReturn(browse, viewedId);

  return (
    <>
      <PlaceHead place={place} search={search} source={source} />
      {source.isPending && (source.error === null || isAway) && <GridSkeleton />}
      {source.error !== null && !isAway && (
        <div className="p-4">
          <ProblemNotice error={source.error} onRetry={() => void source.open()} />
        </div>
      )}
      {!source.isPending && source.total === 0 && <NothingHere place={place} />}
      {!source.isPending && source.total > 0 && (
        <MediaGrid
          place={`${place} ${search.q ?? ""} ${search.sort ?? ""}`}
          label={t(`places.${place}`)}
          hasScrubber={place === "library"}
          {...{ controller, selection, handlers }}
        />
      )}
      {isActive && (
        <SelectionBar selection={selection} isTrash={isTrash} onTag={setTagging} onDeleteForever={setDeleting} />
      )}
      <TagDialog ids={tagging ?? []} isOpen={tagging !== null} onClose={() => setTagging(null)} />
      <Confirm
        isOpen={deleting !== null}
        title={t("trash.deleteTitle", { count: deleting?.length ?? 0 })}
        text={t("trash.deleteText", { count: deleting?.length ?? 0 })}
        verb={t("media.deleteForever")}
        onClose={() => setDeleting(null)}
        onConfirm={async () => {
          await deleteForever(deleting ?? []);
          selection.clear();
        }}
      />
    </>
  );
}

const RATIOS = [1.5, 0.7, 1.3, 1.8, 1, 1.5, 1.5, 0.75, 1.33, 1.6, 1.4, 0.8, 1.5, 1.2, 1.7, 0.66, 1.5, 1.1];

function GridSkeleton() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-label={t("common.loading")}
      className="flex animate-shimmer flex-wrap gap-1 overflow-hidden px-4 pt-4"
    >
      {RATIOS.map((ratio, index) => (
        <span
          key={index}
          className="h-40 rounded-picture bg-sunken max-md:h-24"
          style={{ flexGrow: ratio * 10, flexBasis: `${String(ratio * 160)}px` }}
        />
      ))}
    </div>
  );
}
