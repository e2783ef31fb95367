import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";

import { classNames } from "@/lib/class-names";

/** One to five stars; a press on the one that is set takes the rating away. */
export function Rating({ value, onChange }: { value: number | null; onChange: (rating: number | null) => void }) {
  const { t } = useTranslation();
  return (
    <div role="group" aria-label={t("inspector.rating")} className="flex">
      {[1, 2, 3, 4, 5].map((star) => {
        const isOn = value !== null && star <= value;
        return (
          <button
            key={star}
            type="button"
            aria-label={t("media.rate", { count: star })}
            aria-pressed={value === star}
            onClick={() => onChange(value === star ? null : star)}
            className="flex size-8 items-center justify-center rounded-sm hover:bg-hover disabled:opacity-50 touch:size-10"
          >
            <Star aria-hidden className={classNames("size-[18px]", isOn ? "fill-ink text-ink" : "text-faint")} />
          </button>
        );
      })}
    </div>
  );
}
