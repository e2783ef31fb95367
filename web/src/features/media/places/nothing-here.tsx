import { Link } from "@tanstack/react-router";
import { Heart, ImagePlus, SearchX, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";

import { pickFiles, pickFolder } from "@/features/uploads";
import { useIsPhone } from "@/lib/use-media-query";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";

import type { Place } from "./place";

export function NothingHere({ place }: { place: Place }) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  switch (place) {
    case "library":
      return (
        <div className="m-auto w-full max-w-2xl p-4">
          <div className="rounded-lg border-2 border-dashed border-line">
            <EmptyState
              icon={ImagePlus}
              title={t(isPhone ? "empty.libraryTitlePhone" : "empty.libraryTitle")}
              text={t(isPhone ? "empty.libraryTextPhone" : "empty.libraryText")}
            >
              <Button tone="primary" onClick={pickFiles}>
                {t("uploads.chooseFiles")}
              </Button>
              <Button className="max-md:hidden" onClick={pickFolder}>
                {t("uploads.chooseFolder")}
              </Button>
            </EmptyState>
          </div>
        </div>
      );
    case "favourites":
      return (
        <EmptyState icon={Heart} title={t("empty.favouritesTitle")} text={t("empty.favouritesText")}>
          <LibraryLink />
        </EmptyState>
      );
    case "search":
      return (
        <EmptyState icon={SearchX} title={t("empty.searchTitle")} text={t("empty.searchText")}>
          <LibraryLink />
        </EmptyState>
      );
    case "trash":
      return (
        <EmptyState icon={Trash2} title={t("empty.trashTitle")} text={t("empty.trashText")}>
          <LibraryLink />
        </EmptyState>
      );
  }
}

function LibraryLink() {
  const { t } = useTranslation();
  return (
    <Link
      to="/"
      className="inline-flex h-9 items-center rounded-md px-4 font-medium ring-1 ring-line ring-inset hover:bg-hover touch:h-10"
    >
      {t("empty.toLibrary")}
    </Link>
  );
}
