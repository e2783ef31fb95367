import type { LucideIcon } from "lucide-react";
import { ToggleGroup } from "radix-ui";

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: LucideIcon }[];
  onChange: (value: T) => void;
}

/** One of a few, all seen at once. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => next !== "" && onChange(next as T)}
      className="inline-flex rounded-md bg-sunken p-0.5 ring-1 ring-line ring-inset"
    >
      {options.map(({ value: each, label: name, icon: Icon }) => (
        <ToggleGroup.Item
          key={each}
          value={each}
          className="inline-flex h-8 items-center gap-2 rounded-[6px] px-3 text-sm text-muted transition-colors hover:text-ink data-[state=on]:bg-surface data-[state=on]:text-ink data-[state=on]:ring-1 data-[state=on]:ring-line touch:h-10 touch:min-w-12 touch:justify-center"
        >
          {Icon && <Icon aria-hidden className="size-4" />}
          {name}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
