import { ChevronDown, CircleAlert } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";

import { classNames } from "@/lib/class-names";

const INPUT =
  "w-full rounded-md bg-surface px-3 text-base text-ink ring-1 ring-inset ring-line-strong transition-shadow duration-100 focus:outline-none focus:ring-2 focus:ring-accent aria-invalid:ring-bad disabled:opacity-60 max-md:text-lg";

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  isLabelHidden?: boolean;
}

interface FieldFrameProps extends FieldProps {
  id: string;
  children: ReactNode;
}

function FieldFrame({ id, label, hint, error, isLabelHidden, children }: FieldFrameProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className={isLabelHidden ? "sr-only" : "text-sm font-medium"}>
        {label}
      </label>
      {children}
      {hint !== undefined && error === undefined && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="flex gap-1.5 text-sm text-bad">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          {error}
        </p>
      )}
    </div>
  );
}

function describedBy(id: string, { hint, error }: FieldProps): string | undefined {
  if (error !== undefined) return `${id}-error`;
  return hint === undefined ? undefined : `${id}-hint`;
}

export function TextField({
  label,
  hint,
  error,
  isLabelHidden,
  className,
  ...rest
}: FieldProps & ComponentProps<"input">) {
  const id = useId();
  const frame = { label, hint, error, isLabelHidden };
  return (
    <FieldFrame id={id} {...frame}>
      <input
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy(id, frame)}
        className={classNames(INPUT, "h-9 max-md:h-11", className)}
        {...rest}
      />
    </FieldFrame>
  );
}

export function TextArea({
  label,
  hint,
  error,
  isLabelHidden,
  className,
  ...rest
}: FieldProps & ComponentProps<"textarea">) {
  const id = useId();
  const frame = { label, hint, error, isLabelHidden };
  return (
    <FieldFrame id={id} {...frame}>
      <textarea
        id={id}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={describedBy(id, frame)}
        className={classNames(INPUT, "field-sizing-content min-h-16 resize-none py-2", className)}
        {...rest}
      />
    </FieldFrame>
  );
}

export function SelectField({
  label,
  hint,
  error,
  isLabelHidden,
  className,
  children,
  ...rest
}: FieldProps & ComponentProps<"select">) {
  const id = useId();
  const frame = { label, hint, error, isLabelHidden };
  return (
    <FieldFrame id={id} {...frame}>
      <div className="relative">
        <select
          id={id}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={describedBy(id, frame)}
          className={classNames(INPUT, "h-9 appearance-none pr-9 max-md:h-11", className)}
          {...rest}
        >
          {children}
        </select>
        <ChevronDown
          aria-hidden
          className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-muted"
        />
      </div>
    </FieldFrame>
  );
}
