import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ChevronDown } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { MediaSort } from "@/api";
import { formatNumber } from "@/lib/format";
import { Menu, MenuChoice, MenuItem } from "@/ui/menu";

import { defaultSort, filtersOfPlace, type PlaceSearch } from "../places/place";
import { mediaQueries } from "../queries";
import { type Operator, parseQuery, writeQuery } from "./query";

type FacetName = "tags" | "cameras" | "years" | "formats" | "origins";

const KINDS: readonly { facet: FacetName; operator: Operator }[] = [
  { facet: "tags", operator: "tag" },
  { facet: "cameras", operator: "camera" },
  { facet: "years", operator: "year" },
  { facet: "formats", operator: "format" },
  { facet: "origins", operator: "is" },
];

const CHIP =
  "inline-flex h-8 shrink-0 items-center gap-1.5 rounded-full whitespace-nowrap px-3 text-sm ring-1 ring-inset ring-line hover:bg-hover data-[state=open]:bg-hover touch:h-10";

/** What the results are made of, with counts; a press narrows them. Of nothing there is nothing to narrow or sort. */
export function FacetBar({ search }: { search: PlaceSearch }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const query = parseQuery(search.q ?? "");
  const { data } = useQuery(mediaQueries.facets(filtersOfPlace("search", search)));
  const add = (operator: Operator, value: string) => {
    const tokens = [
      ...query.tokens.filter((one) => operator === "tag" || operator === "is" || one.operator !== operator),
      { operator, value },
    ];
    void navigate({ to: "/search", search: { ...search, q: writeQuery({ ...query, tokens }) } });
  };
  const sorts: MediaSort[] = [
    "taken",
    "newest",
    "oldest",
    "name",
    "size",
    ...(query.text === "" ? [] : (["relevance"] as const)),
  ];
  const sort = search.sort ?? defaultSort(search);
  return (
    <div className="no-scrollbar flex items-center gap-2 overflow-x-auto px-4 pb-3 max-md:px-2">
      {KINDS.map(({ facet, operator }) => {
        const values = (data?.[facet] ?? []).map(({ value, count }) => ({ value: String(value), count }));
        const free = values.filter(
          ({ value }) => !query.tokens.some((one) => one.operator === operator && one.value === value),
        );
        if (free.length === 0) return null;
        return (
          <Menu
            key={facet}
            align="start"
            trigger={
              <button type="button" className={CHIP}>
                {t(`search.facet.${facet}`)}
                <ChevronDown aria-hidden className="size-3.5 text-muted" />
              </button>
            }
          >
            {free.slice(0, 30).map(({ value, count }) => (
              <MenuItem
                key={value}
                label={facet === "origins" ? t(`origin.${value as "uploaded"}`) : value}
                detail={formatNumber(count)}
                onSelect={() => add(operator, value)}
              />
            ))}
          </Menu>
        );
      })}
      <div className="ml-auto">
        <Menu
          trigger={
            <button type="button" className={CHIP}>
              {t(`search.sort.${sort}`)}
              <ChevronDown aria-hidden className="size-3.5 text-muted" />
            </button>
          }
        >
          <MenuChoice
            label={t("search.sortBy")}
            value={sort}
            options={sorts.map((value) => ({ value, label: t(`search.sort.${value}`) }))}
            onChange={(value) => void navigate({ to: "/search", search: { ...search, sort: value } })}
          />
        </Menu>
      </div>
    </div>
  );
}
