import { keyCaps } from "@/lib/keys";

export function Keys({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-1 touch:hidden">
      {keyCaps(keys).map((cap, index) => (
        <kbd
          key={`${cap}${String(index)}`}
          className="inline-flex h-5 min-w-5 items-center justify-center rounded-[4px] border border-line bg-hover px-1 font-sans text-xs text-muted"
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}
