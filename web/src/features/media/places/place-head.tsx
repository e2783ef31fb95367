import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";

import { emptyTrash } from "../actions";
import { FacetBar } from "../search/facet-bar";
import type { MediaSource } from "../sources/source";
import type { Place, PlaceSearch } from "./place";

interface PlaceHeadProps {
  place: Place;
  search: PlaceSearch;
  source: MediaSource;
}

export function PlaceHead({ place, search, source }: PlaceHeadProps) {
  const { t } = useTranslation();
  const [isEmptying, setEmptying] = useState(false);
  // The months head the library; a title over them would only push the pictures down.
  if (place === "library") return <h1 className="sr-only">{t("places.library")}</h1>;
  const count = source.isPending ? null : source.total;
  return (
    <>
      <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 max-md:px-2">
        <h1 className="text-xl font-semibold tracking-[-0.01em]">{t(`places.${place}`)}</h1>
        <p role="status" className="text-muted">
          {count === null || (count === 0 && place !== "search")
            ? ""
            : t("places.count", { count, shown: formatNumber(count) })}
        </p>
        {place === "trash" && count !== null && count > 0 && (
          <>
            <p className="text-sm text-muted max-md:order-last max-md:w-full">{t("trash.note")}</p>
            <Button isSmall tone="danger" icon={Trash2} className="ml-auto" onClick={() => setEmptying(true)}>
              {t("trash.empty")}
            </Button>
          </>
        )}
      </header>
      {place === "search" && count !== 0 && <FacetBar search={search} />}
      <Confirm
        isOpen={isEmptying}
        title={t("trash.emptyTitle")}
        text={t("trash.emptyText", { count: count ?? 0, shown: formatNumber(count ?? 0) })}
        verb={t("trash.empty")}
        onClose={() => setEmptying(false)}
        onConfirm={emptyTrash}
      />
    </>
  );
}
