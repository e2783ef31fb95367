import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import { dismiss, notifications } from "@/lib/notifications";
import { useStore } from "@/lib/store";

import { IconButton } from "./icon-button";

/** What just happened, with Undo where there is one. A live region: read out without moving the focus. */
export function Toasts() {
  const { t } = useTranslation();
  const shown = useStore(notifications);
  return (
    <section
      aria-label={t("toasts.label")}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-60 flex flex-col items-center gap-2 p-4 max-md:bottom-16"
    >
      {shown.map((one) => (
        <div
          key={one.id}
          role={one.tone === "error" ? "alert" : "status"}
          className="dark pointer-events-auto flex max-w-[min(560px,100%)] animate-rise items-center gap-3 rounded-md bg-surface py-1.5 pr-1.5 pl-4 text-ink shadow-float"
        >
          {one.tone === "error" && <CircleAlert aria-hidden className="size-4 shrink-0 text-bad" />}
          {one.tone === "success" && <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />}
          <div className="min-w-0 py-1.5">
            <p className="break-words">{one.text}</p>
            {one.detail !== undefined && <p className="text-sm break-words text-muted">{one.detail}</p>}
          </div>
          {one.action && (
            <button
              type="button"
              className="h-9 shrink-0 rounded-sm px-3 font-semibold text-accent-text hover:bg-hover touch:min-h-10"
              onClick={() => {
                one.action?.run();
                dismiss(one.id);
              }}
            >
              {one.action.label}
            </button>
          )}
          <IconButton icon={X} label={t("common.dismiss")} side="top" onClick={() => dismiss(one.id)} />
        </div>
      ))}
    </section>
  );
}
