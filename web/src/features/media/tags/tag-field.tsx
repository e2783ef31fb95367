import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { classNames } from "@/lib/class-names";
import { formatNumber } from "@/lib/format";
import { fuzzyScore } from "@/lib/fuzzy";

import { mediaQueries } from "../queries";

interface TagFieldProps {
  label: string;
  tags: readonly string[];
  onChange: (tags: string[]) => void;
  isAutoFocused?: boolean;
}

const SHOWN = 8;

/** Tags as chips with a field that suggests the tags that there are: a combobox over a list. */
export function TagField({ label, tags, onChange, isAutoFocused = false }: TagFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(-1);
  const [isOpen, setOpen] = useState(false);
  const known = useQuery(mediaQueries.tags()).data?.items ?? [];

  const wanted = text.trim();
  const matching = known
    .filter((tag) => !tags.includes(tag.name))
    .map((tag) => ({ name: tag.name, count: tag.count, score: fuzzyScore(wanted, tag.name) }))
    .filter((tag) => tag.score > 0)
    .sort((a, b) => b.score - a.score || b.count - a.count)
    .slice(0, SHOWN);
  const isNew = wanted !== "" && !tags.includes(wanted) && !known.some((tag) => tag.name === wanted);
  const options = [...matching.map((tag) => tag.name), ...(isNew ? [wanted] : [])];
  const isShown = isOpen && options.length > 0;

  const add = (name: string) => {
    if (name !== "" && !tags.includes(name)) onChange([...tags, name]);
    setText("");
    setActive(-1);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" || (event.key === "," && wanted !== "")) {
      if (wanted === "" && active < 0) return;
      event.preventDefault();
      add(options[active] ?? wanted);
    } else if (event.key === "Backspace" && text === "") onChange(tags.slice(0, -1));
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((before) => (before + step + options.length) % Math.max(1, options.length));
    } else if (event.key === "Escape" && isShown) {
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <div className="relative" data-keys="own">
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <div className="flex flex-wrap gap-1.5 rounded-md bg-surface p-1.5 ring-1 ring-line-strong ring-inset focus-within:ring-2 focus-within:ring-accent">
        {tags.map((tag) => (
          <span
            key={tag}
            className="flex h-7 max-w-full items-center rounded-full bg-hover pr-0.5 pl-2.5 text-sm touch:h-10"
          >
            <span className="truncate">{tag}</span>
            <button
              type="button"
              aria-label={t("tags.remove", { tag })}
              onClick={() => onChange(tags.filter((one) => one !== tag))}
              className="ml-0.5 flex size-6 shrink-0 items-center justify-center rounded-full text-muted hover:bg-pressed hover:text-ink touch:size-10"
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </span>
        ))}
        <input
          id={id}
          role="combobox"
          aria-expanded={isShown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isShown && active >= 0 ? `${id}-${String(active)}` : undefined}
          autoComplete="off"
          autoFocus={isAutoFocused}
          maxLength={100}
          value={text}
          placeholder={tags.length === 0 ? t("tags.placeholder") : ""}
          onChange={(event) => {
            setText(event.target.value);
            setActive(-1);
            setOpen(true);
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => {
            setOpen(false);
            if (wanted !== "") add(wanted);
          }}
          onKeyDown={onKey}
          className="h-7 min-w-24 flex-1 touch:h-10 bg-transparent px-1.5 outline-none max-md:text-lg"
        />
      </div>
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        hidden={!isShown}
        className="absolute inset-x-0 z-30 mt-1 max-h-64 overflow-y-auto rounded-md bg-surface p-1.5 shadow-float"
      >
        {options.map((name, index) => (
          <li
            key={name}
            id={`${id}-${String(index)}`}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => {
              event.preventDefault();
              add(name);
            }}
            className={classNames(
              "flex h-9 items-center gap-2 rounded-sm px-2.5 hover:bg-hover touch:h-11",
              index === active && "bg-hover",
            )}
          >
            {index >= matching.length && <Plus aria-hidden className="size-4 text-muted" />}
            <span className="flex-1 truncate">{index >= matching.length ? t("tags.create", { tag: name }) : name}</span>
            {matching[index] && <span className="text-xs text-faint">{formatNumber(matching[index].count)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
