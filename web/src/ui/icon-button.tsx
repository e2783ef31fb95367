import type { LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";

import { classNames } from "@/lib/class-names";

import { Tooltip } from "./tooltip";

interface IconButtonProps extends ComponentProps<"button"> {
  icon: LucideIcon;
  label: string;
  /** Shown beside the label in the tooltip, as in lib/keys. */
  shortcut?: string;
  isPressed?: boolean;
  isFilled?: boolean;
  side?: "top" | "bottom" | "left" | "right";
}

export function IconButton({
  icon: Icon,
  label,
  shortcut,
  isPressed,
  isFilled = false,
  side = "bottom",
  className,
  type = "button",
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip label={label} shortcut={shortcut} side={side}>
      <button
        type={type}
        aria-label={label}
        aria-pressed={isPressed}
        className={classNames(
          "inline-flex size-9 shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-ink active:bg-pressed disabled:pointer-events-none disabled:opacity-40 touch:size-10",
          isPressed && "text-ink",
          className,
        )}
        {...rest}
      >
        <Icon aria-hidden className={classNames("size-[18px]", isFilled && "fill-current")} />
      </button>
    </Tooltip>
  );
}
