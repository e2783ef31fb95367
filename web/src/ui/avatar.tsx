import { classNames } from "@/lib/class-names";

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => Array.from(word ?? "")[0] ?? "",
  );
  return letters.join("").toLocaleUpperCase();
}

export function Avatar({ name, isDimmed = false }: { name: string; isDimmed?: boolean }) {
  return (
    <span
      aria-hidden
      data-initials={initialsOf(name)}
      className={classNames(
        "before:content-[attr(data-initials)] flex size-8 shrink-0 items-center justify-center rounded-full bg-ink text-xs font-semibold text-paper",
        isDimmed && "opacity-40",
      )}
    />
  );
}
