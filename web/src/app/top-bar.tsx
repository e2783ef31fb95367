import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { CircleHelp, Command, FolderUp, ImagePlus, LogOut, Rows3, Settings, Upload } from "lucide-react";
import { useTranslation } from "react-i18next";

import { accountQueries } from "@/features/accounts";
import { SearchField } from "@/features/media";
import { pickFiles, pickFolder } from "@/features/uploads";
import { type Density, preferences, setPreference, type Theme } from "@/lib/preferences";
import { useStore } from "@/lib/store";
import { useIsPhone } from "@/lib/use-media-query";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from "@/ui/menu";

interface TopBarProps {
  onPalette: () => void;
  onShortcuts: () => void;
  onLeave: () => void;
}

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const DENSITIES: readonly Density[] = ["small", "medium", "large"];

export function TopBar({ onPalette, onShortcuts, onLeave }: TopBarProps) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const density = useStore(preferences, (all) => all.density);
  const hasPictures = useRouterState({
    select: ({ location }) => !/^\/(jobs|settings)/.test(location.pathname),
  });
  return (
    <div className="flex h-16 items-center gap-1 px-4 max-md:h-14 max-md:px-2">
      <div className="flex min-w-0 flex-1">
        <SearchField />
      </div>
      {hasPictures && !isPhone && (
        <Menu trigger={<IconButton icon={Rows3} label={t("view.density")} />}>
          <MenuChoice
            label={t("view.density")}
            value={density}
            options={DENSITIES.map((value) => ({ value, label: t(`appearance.${value}`) }))}
            onChange={(value) => setPreference("density", value)}
          />
        </Menu>
      )}
      {!isPhone && <IconButton icon={Command} label={t("palette.action")} shortcut="mod+k" onClick={onPalette} />}
      <Menu
        trigger={
          isPhone ? (
            <IconButton icon={ImagePlus} label={t("uploads.verb")} />
          ) : (
            <Button tone="primary" icon={Upload} className="mx-2">
              {t("uploads.verb")}
            </Button>
          )
        }
      >
        <MenuItem
          icon={Upload}
          label={t("uploads.chooseFiles")}
          shortcut={isPhone ? undefined : "u"}
          onSelect={pickFiles}
        />
        {!isPhone && <MenuItem icon={FolderUp} label={t("uploads.chooseFolder")} onSelect={pickFolder} />}
      </Menu>
      <PersonMenu onShortcuts={onShortcuts} onLeave={onLeave} />
    </div>
  );
}

function PersonMenu({ onShortcuts, onLeave }: Pick<TopBarProps, "onShortcuts" | "onLeave">) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isPhone = useIsPhone();
  const theme = useStore(preferences, (all) => all.theme);
  const me = useQuery(accountQueries.me()).data;
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={t("person.menu")}
          className="flex size-10 shrink-0 items-center justify-center rounded-full hover:bg-hover"
        >
          <Avatar name={me?.name ?? ""} />
        </button>
      }
    >
      <MenuLabel>
        <span className="block max-w-60 truncate font-medium">{me?.name}</span>
        <span className="block max-w-60 truncate text-sm text-muted">{me?.email}</span>
      </MenuLabel>
      <MenuLine />
      <MenuItem icon={Settings} label={t("nav.settings")} onSelect={() => void navigate({ to: "/settings/profile" })} />
      {!isPhone && <MenuItem icon={CircleHelp} label={t("shortcuts.action")} shortcut="?" onSelect={onShortcuts} />}
      <MenuLine />
      <MenuChoice
        label={t("appearance.theme")}
        value={theme}
        options={THEMES.map((value) => ({ value, label: t(`appearance.${value}`) }))}
        onChange={(value) => setPreference("theme", value)}
      />
      <MenuLine />
      <MenuItem icon={LogOut} label={t("person.logOut")} onSelect={onLeave} />
    </Menu>
  );
}
