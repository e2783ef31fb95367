import { Tooltip as Radix } from "radix-ui";
import type { ReactElement } from "react";

import { Keys } from "./keys";

interface TooltipProps {
  label: string;
  shortcut?: string;
  side?: "top" | "bottom" | "left" | "right";
  children: ReactElement;
}

export function Tooltip({ label, shortcut, side = "bottom", children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="dark pointer-events-none z-60 flex animate-appear items-center gap-2 rounded-sm bg-surface px-2 py-1 text-xs text-ink shadow-float touch:hidden"
        >
          {label}
          {shortcut !== undefined && <Keys keys={shortcut} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const TooltipProvider = Radix.Provider;
