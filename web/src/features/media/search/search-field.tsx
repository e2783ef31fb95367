import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useActions } from "@/lib/actions";
import { IconButton } from "@/ui/icon-button";
import { useIsPhone } from "@/lib/use-media-query";
import { Keys } from "@/ui/keys";

import { readPlaceSearch } from "../places/place";
import { mediaQueries } from "../queries";
import { parseQuery, type Query, writeQuery } from "./query";
import { type Choice, choicesFor } from "./suggestions";
import { ChoiceLine, TokenChip } from "./search-parts";

/** One field for words and filters; filters that are written become tokens. */
export function SearchField() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const written = useRouterState({
    select: ({ location }) =>
      location.pathname === "/search" || (location.search as { in?: string }).in === "search"
        ? (readPlaceSearch(location.search).q ?? "")
        : "",
  });
  const [query, setQuery] = useState<Query>(() => parseQuery(written));
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const isPhone = useIsPhone();
  useEffect(() => setQuery(parseQuery(written)), [written]);
  useActions([
    {
      id: "search",
      label: t("search.action"),
      group: "go",
      icon: Search,
      keys: ["/"],
      run: () => input.current?.focus(),
    },
  ]);

  const lastWord = query.text.split(/\s+/).at(-1) ?? "";
  const suggestions = useQuery({
    ...mediaQueries.suggestions(lastWord),
    enabled: isOpen && lastWord.length >= 2 && !lastWord.includes(":"),
  });
  const facets = useQuery({ ...mediaQueries.facets({}), enabled: isOpen });
  const choices = isOpen
    ? choicesFor(query, facets.data, lastWord.length >= 2 ? (suggestions.data?.items ?? []) : [])
    : [];

  const submit = (next: Query) => {
    const q = writeQuery(next);
    setQuery(parseQuery(q));
    setOpen(false);
    setActive(-1);
    input.current?.blur();
    if (q === "") void navigate({ to: "/" });
    else void navigate({ to: "/search", search: { q } });
  };
  const choose = (choice: Choice) => {
    if (choice.isFinal) submit(choice.query);
    else {
      setQuery(choice.query);
      setActive(-1);
      input.current?.focus();
    }
  };
  const onChange = (text: string) => {
    setActive(-1);
    setOpen(true);
    // A filter is finished by the space behind it.
    setQuery((before) => {
      if (!text.endsWith(" ") || text.endsWith('" ') === (text.split('"').length % 2 === 0)) return { ...before, text };
      const parsed = parseQuery(text);
      return parsed.tokens.length === 0
        ? { ...before, text }
        : { tokens: [...before.tokens, ...parsed.tokens], text: parsed.text };
    });
  };
  const onKey = (event: KeyboardEvent) => {
    const chosen = choices[active];
    if (event.key === "Enter") {
      event.preventDefault();
      if (chosen) choose(chosen);
      else submit(query);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive(
        (before) => (before + step + choices.length + (before < 0 && step < 0 ? 1 : 0)) % Math.max(1, choices.length),
      );
    } else if (event.key === "Escape") {
      setOpen(false);
      input.current?.blur();
    } else if (event.key === "Backspace" && query.text === "" && query.tokens.length > 0) {
      setQuery({ tokens: query.tokens.slice(0, -1), text: "" });
    }
  };
  const isEmpty = query.tokens.length === 0 && query.text === "";
  return (
    <form
      role="search"
      data-keys="own"
      className="relative w-full max-w-xl min-w-0"
      onSubmit={(event) => {
        event.preventDefault();
        submit(query);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <div className="flex h-10 min-w-0 items-center gap-1.5 rounded-md bg-sunken px-3 ring-1 ring-line ring-inset focus-within:bg-surface focus-within:ring-2 focus-within:ring-accent">
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <div className="no-scrollbar flex min-w-0 flex-1 items-center gap-1 overflow-x-auto">
          {query.tokens.map((token, index) => (
            <TokenChip
              key={`${token.operator}:${token.value}`}
              token={token}
              onRemove={() => submit({ ...query, tokens: query.tokens.filter((_, at) => at !== index) })}
            />
          ))}
          <input
            ref={input}
            type="search"
            role="combobox"
            aria-label={t("search.label")}
            aria-expanded={choices.length > 0}
            aria-controls="search-choices"
            aria-autocomplete="list"
            aria-activedescendant={active >= 0 ? `search-choice-${String(active)}` : undefined}
            autoComplete="off"
            spellCheck={false}
            value={query.text}
            placeholder={query.tokens.length > 0 ? "" : t(isPhone ? "search.placeholderShort" : "search.placeholder")}
            onChange={(event) => onChange(event.target.value)}
            onFocus={() => setOpen(true)}
            onKeyDown={onKey}
            className="h-9 min-w-24 flex-1 bg-transparent outline-none max-md:text-lg"
          />
        </div>
        {isEmpty ? (
          <span className="max-md:hidden">
            <Keys keys="/" />
          </span>
        ) : (
          <IconButton
            icon={X}
            label={t("search.clear")}
            className="-mr-2 size-7"
            onClick={() => submit({ tokens: [], text: "" })}
          />
        )}
      </div>
      <ul
        id="search-choices"
        role="listbox"
        aria-label={t("search.suggestions")}
        hidden={choices.length === 0}
        className="absolute inset-x-0 top-11 z-40 max-h-[60vh] animate-appear overflow-y-auto rounded-md bg-surface p-1.5 shadow-float max-md:fixed max-md:inset-x-2 max-md:top-14"
      >
        {choices.map((choice, index) => (
          <ChoiceLine
            key={`${choice.kind}${choice.operator ?? ""}${choice.label}`}
            id={`search-choice-${String(index)}`}
            choice={choice}
            isActive={index === active}
            onChoose={() => choose(choice)}
          />
        ))}
      </ul>
    </form>
  );
}
