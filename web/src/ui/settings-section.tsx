import type { ReactNode } from "react";

interface SettingsSectionProps {
  title: string;
  text?: string;
  action?: ReactNode;
  children: ReactNode;
}

export function SettingsSection({ title, text, action, children }: SettingsSectionProps) {
  return (
    <section aria-label={title} className="flex flex-col gap-4 border-b pb-8 last:border-0">
      <header className="grid grid-cols-[1fr_auto] items-center gap-x-3">
        <h2 className="text-lg font-semibold">{title}</h2>
        {action !== undefined && <div className="md:row-span-2">{action}</div>}
        {text !== undefined && (
          <p className="mt-0.5 text-pretty text-muted max-md:col-span-2 max-md:mt-1 md:col-start-1">{text}</p>
        )}
      </header>
      {children}
    </section>
  );
}
