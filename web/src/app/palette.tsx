import { ArrowRight, Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "@tanstack/react-router";

import { type Action, currentActions } from "@/lib/actions";
import { classNames } from "@/lib/class-names";
import { fuzzyScore } from "@/lib/fuzzy";
import { Dialog } from "@/ui/dialog";
import { Keys } from "@/ui/keys";

/** Every action and every place, by a few letters. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  // What could be done when it was opened; the dialog itself changes nothing about that.
  const [all] = useState(() => currentActions().filter((action) => action.isOnlyKey !== true));
  const list = useRef<HTMLUListElement>(null);
  const found = all
    .map((action) => ({ action, score: fuzzyScore(text, action.label) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => (text === "" ? 0 : b.score - a.score))
    .map(({ action }) => action);
  const search: Action = {
    id: "palette.search",
    label: t("palette.search", { text }),
    group: "library",
    icon: Search,
    run: () => void navigate({ to: "/search", search: { q: text.trim() } }),
  };
  const shown = text.trim() === "" ? found : [...found, search];

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const run = (action: Action | undefined) => {
    if (!action) return;
    onClose();
    // After the dialog has given the focus back, so that the action may take it.
    setTimeout(action.run, 0);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      run(shown[active]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((before) => (before + step + shown.length) % Math.max(1, shown.length));
    }
  };
  return (
    <Dialog isOpen onClose={onClose} title={t("palette.title")} isTitleHidden isWide>
      <div className="flex items-center gap-3 border-b px-4">
        <Search aria-hidden className="size-[18px] shrink-0 text-faint" />
        <input
          role="combobox"
          aria-label={t("palette.label")}
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={shown[active] ? `palette-${shown[active].id}` : undefined}
          autoComplete="off"
          autoFocus
          spellCheck={false}
          value={text}
          placeholder={t("palette.placeholder")}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKey}
          className="h-13 min-w-0 flex-1 bg-transparent text-lg outline-none"
        />
      </div>
      <ul
        ref={list}
        id="palette-list"
        role="listbox"
        aria-label={t("palette.title")}
        className="max-h-[52vh] overflow-y-auto p-2"
      >
        {shown.map((action, index) => {
          const Icon = action.icon ?? ArrowRight;
          return (
            <li
              key={action.id}
              id={`palette-${action.id}`}
              role="option"
              aria-selected={index === active}
              onPointerMove={() => setActive(index)}
              onClick={() => run(action)}
              className={classNames("flex h-10 items-center gap-3 rounded-md px-3", index === active && "bg-hover")}
            >
              <Icon aria-hidden className="size-4 shrink-0 text-muted" />
              <span className="flex-1 truncate">{action.label}</span>
              <span className="text-xs text-faint max-md:hidden">{t(`shortcuts.group.${action.group}`)}</span>
              {action.keys?.[0] !== undefined && <Keys keys={action.keys[0]} />}
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
