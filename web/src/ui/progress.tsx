import { classNames } from "@/lib/class-names";

interface ProgressProps {
  /** 0 to 1; null while nothing is known but that it goes on. */
  value: number | null;
  label: string;
  tone?: "accent" | "bad" | "good";
}

const TONES = { accent: "bg-accent", bad: "bg-bad", good: "bg-good" };

export function Progress({ value, label, tone = "accent" }: ProgressProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === null ? undefined : Math.round(value * 100)}
      className="h-1 w-full overflow-hidden rounded-full bg-pressed"
    >
      <div
        className={classNames(
          "h-full rounded-full",
          TONES[tone],
          value === null ? "w-1/3 animate-sweep" : "origin-left transition-transform duration-150",
        )}
        style={value === null ? undefined : { transform: `scaleX(${String(Math.max(0.01, value))})` }}
      />
    </div>
  );
}
