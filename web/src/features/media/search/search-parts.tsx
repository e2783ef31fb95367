import { Calendar, Camera, CircleDot, FileImage, Heart, type LucideIcon, Search, Star, Tag, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import { classNames } from "@/lib/class-names";
import { formatNumber } from "@/lib/format";

import type { Operator, Token } from "./query";
import type { Choice } from "./suggestions";

const ICONS: Record<Operator, LucideIcon> = {
  tag: Tag,
  camera: Camera,
  format: FileImage,
  after: Calendar,
  before: Calendar,
  year: Calendar,
  rating: Star,
  favourite: Heart,
  is: CircleDot,
};

export function TokenChip({ token, onRemove }: { token: Token; onRemove: () => void }) {
  const { t } = useTranslation();
  const Icon = ICONS[token.operator];
  return (
    <span className="flex h-7 shrink-0 items-center gap-1.5 rounded-full bg-hover pl-2.5 text-sm touch:h-9">
      <Icon aria-hidden className="size-3.5 text-muted" />
      <span className="text-muted">{t(`search.operator.${token.operator}`)}</span>
      <span className="max-w-40 truncate">{token.value}</span>
      <button
        type="button"
        aria-label={t("search.removeFilter", { filter: `${token.operator}:${token.value}` })}
        onClick={onRemove}
        className="mr-0.5 flex size-6 items-center justify-center rounded-full text-muted hover:bg-pressed hover:text-ink touch:-my-1 touch:size-10"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}

interface ChoiceLineProps {
  id: string;
  choice: Choice;
  isActive: boolean;
  onChoose: () => void;
}

export function ChoiceLine({ id, choice, isActive, onChoose }: ChoiceLineProps) {
  const { t } = useTranslation();
  const Icon = choice.operator ? ICONS[choice.operator] : choice.kind === "filename" ? FileImage : Search;
  return (
    <li
      id={id}
      role="option"
      aria-selected={isActive}
      onPointerDown={(event) => {
        event.preventDefault();
        onChoose();
      }}
      className={classNames(
        "flex h-9 items-center gap-2.5 rounded-sm px-2.5 hover:bg-hover touch:h-11",
        isActive && "bg-hover",
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0 text-muted" />
      {choice.kind === "operator" && choice.operator ? (
        <>
          <span className="font-mono text-sm">{choice.label}</span>
          <span className="truncate text-sm text-muted">{t(`search.hint.${choice.operator}`)}</span>
        </>
      ) : (
        <>
          {choice.kind === "text" && <span className="text-muted">{t("search.searchFor")}</span>}
          <span className="flex-1 truncate">{choice.label}</span>
          {choice.count !== undefined && <span className="text-xs text-faint">{formatNumber(choice.count)}</span>}
        </>
      )}
    </li>
  );
}
