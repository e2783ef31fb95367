import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";

import { classNames } from "@/lib/class-names";

import { Spinner } from "./spinner";

type Tone = "primary" | "plain" | "quiet" | "danger";

interface ButtonProps extends ComponentProps<"button"> {
  tone?: Tone;
  icon?: LucideIcon;
  isBusy?: boolean;
  isSmall?: boolean;
}

const TONES: Record<Tone, string> = {
  primary:
    "bg-accent-fill text-white hover:bg-accent-fill-hover not-aria-busy:disabled:bg-pressed not-aria-busy:disabled:text-ink",
  plain: "bg-surface text-ink ring-1 ring-inset ring-line hover:bg-hover active:bg-pressed",
  quiet: "text-ink hover:bg-hover active:bg-pressed",
  danger: "text-bad ring-1 ring-inset ring-bad/40 hover:bg-bad-wash",
};

export function Button({
  tone = "plain",
  icon: Icon,
  isBusy = false,
  isSmall = false,
  className,
  children,
  type = "button",
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      aria-busy={isBusy || undefined}
      disabled={disabled || isBusy}
      className={classNames(
        "inline-flex shrink-0 items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap transition-colors duration-100 disabled:pointer-events-none disabled:opacity-55 touch:min-h-10",
        isSmall ? "h-8 px-3 text-sm" : "h-9 px-4",
        TONES[tone],
        className,
      )}
      {...rest}
    >
      {isBusy ? <Spinner className="size-4" /> : Icon && <Icon aria-hidden className="size-4" />}
      {children}
    </button>
  );
}
