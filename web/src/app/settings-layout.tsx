import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { KeyRound, SunMoon, User, Users } from "lucide-react";
import { useTranslation } from "react-i18next";

import { accountQueries, canAdminister } from "@/features/accounts";

export function SettingsLayout() {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(accountQueries.me());
  const pages = [
    { to: "/settings/profile", label: t("settings.profile"), icon: User },
    { to: "/settings/appearance", label: t("settings.appearance"), icon: SunMoon },
    { to: "/settings/keys", label: t("settings.keys"), icon: KeyRound },
    ...(canAdminister(me) ? [{ to: "/settings/users", label: t("settings.users"), icon: Users }] : []),
  ];
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto w-full max-w-4xl px-4 pt-4 pb-28">
        <h1 className="mb-4 text-xl font-semibold tracking-[-0.01em]">{t("nav.settings")}</h1>
        <div className="flex gap-10 max-md:flex-col max-md:gap-5">
          <nav
            aria-label={t("settings.pages")}
            className="no-scrollbar flex shrink-0 gap-0.5 max-md:-mx-4 max-md:overflow-x-auto max-md:px-4 md:w-44 md:flex-col"
          >
            {pages.map(({ to, label, icon: Icon }) => (
              <Link
                key={to}
                to={to}
                className="flex h-9 shrink-0 items-center gap-2.5 rounded-md px-2.5 text-muted hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink touch:h-10"
              >
                <Icon aria-hidden className="size-4 max-md:hidden" />
                {label}
              </Link>
            ))}
          </nav>
          <div className="flex min-w-0 flex-1 flex-col gap-8">
            <Outlet />
          </div>
        </div>
      </div>
    </div>
  );
}
