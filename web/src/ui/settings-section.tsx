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
      <header className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 className="text-lg font-semibold">{title}</h2>
          {text !== undefined && <p className="mt-0.5 text-pretty text-muted">{text}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
