import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { classNames } from "@/lib/class-names";

import { IconButton } from "./icon-button";

interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  isWide?: boolean;
  isTitleHidden?: boolean;
  /** For what is only read: the arrows scroll it. */
  isRead?: boolean;
  children: ReactNode;
  footer?: ReactNode;
}

/** A dialog in the middle of the window; on a phone a sheet from below. */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  isWide = false,
  isTitleHidden = false,
  isRead = false,
  children,
  footer,
}: DialogProps) {
  const { t } = useTranslation();
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 animate-appear bg-black/45" />
        <Radix.Content
          data-keys="own"
          onOpenAutoFocus={(event) => {
            // Without a field that wants the focus the dialog itself takes it, not its close button.
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          className={classNames(
            "fixed z-50 flex flex-col bg-surface shadow-float focus:outline-none",
            "max-md:inset-x-0 max-md:bottom-0 max-md:max-h-[90dvh] max-md:animate-slide-up max-md:rounded-t-lg",
            "md:top-[12vh] md:left-1/2 md:max-h-[76vh] md:-translate-x-1/2 md:animate-appear md:rounded-lg",
            isWide ? "md:w-[min(720px,92vw)]" : "md:w-[min(460px,92vw)]",
          )}
        >
          <header className={isTitleHidden ? "sr-only" : "flex items-start gap-3 px-6 pt-5 pb-2"}>
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>
              )}
            </div>
            {!isTitleHidden && (
              <Radix.Close asChild>
                <IconButton icon={X} label={t("common.close")} className="-mt-1 -mr-2" />
              </Radix.Close>
            )}
          </header>
          <div
            {...(isRead ? { tabIndex: 0, role: "region", "aria-label": title } : {})}
            className={classNames("min-h-0 flex-1 overflow-y-auto", !isTitleHidden && "px-6 pt-2 pb-6")}
          >
            {children}
          </div>
          {footer !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 border-t px-6 pt-4 pb-[max(1rem,env(safe-area-inset-bottom))]">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
