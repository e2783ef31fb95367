import type { ReactNode } from "react";

import { Logo } from "@/ui/logo";

interface EntryFrameProps {
  title: string;
  text?: string;
  children: ReactNode;
}

/** Around everything that is seen before somebody is in. */
export function EntryFrame({ title, text, children }: EntryFrameProps) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center bg-paper px-4 py-10">
      <div className="w-full max-w-sm">
        <Logo className="mb-8 size-11" />
        <h1 className="text-2xl font-semibold tracking-[-0.02em]">{title}</h1>
        {text !== undefined && <p className="mt-2 text-pretty text-muted">{text}</p>}
        <div className="mt-7">{children}</div>
      </div>
    </main>
  );
}
