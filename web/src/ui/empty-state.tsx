import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface EmptyStateProps {
  icon: LucideIcon;
  title: string;
  text?: string;
  /** Where nothing else heads the page. */
  isPage?: boolean;
  children?: ReactNode;
}

/** Says what belongs here and offers the one thing to do about it. */
export function EmptyState({ icon: Icon, title, text, isPage = false, children }: EmptyStateProps) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <div className="mx-auto flex max-w-md animate-appear flex-col items-center px-6 py-16 text-center">
      <span className="mb-5 flex size-14 items-center justify-center rounded-full bg-sunken ring-1 ring-line">
        <Icon aria-hidden className="size-6 text-muted" strokeWidth={1.5} />
      </span>
      <Heading className="text-lg font-semibold">{title}</Heading>
      {text !== undefined && <p className="mt-1.5 text-pretty text-muted">{text}</p>}
      {children !== undefined && <div className="mt-6 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
