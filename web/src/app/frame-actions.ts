import { useNavigate } from "@tanstack/react-router";
import {
  CircleHelp,
  FolderUp,
  Heart,
  Images,
  KeyRound,
  ListChecks,
  LogOut,
  Moon,
  Rows3,
  Settings,
  Sun,
  SunMoon,
  Trash2,
  Upload,
  User,
  Users,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";

import { accountQueries, canAdminister } from "@/features/accounts";
import { pickFiles, pickFolder } from "@/features/uploads";
import { type Action, useActions } from "@/lib/actions";
import { type Density, preferences, setPreference } from "@/lib/preferences";

interface Overlays {
  openPalette: () => void;
  openShortcuts: () => void;
  leave: () => void;
}

const DENSITIES: readonly Density[] = ["small", "medium", "large"];

function changeDensity(by: 1 | -1): void {
  const next = DENSITIES[DENSITIES.indexOf(preferences.get().density) + by];
  if (next) setPreference("density", next);
}

/** What can be done from everywhere. */
export function useFrameActions({ openPalette, openShortcuts, leave }: Overlays): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useQuery(accountQueries.me()).data;
  const go =
    (
      to:
        | "/"
        | "/favourites"
        | "/jobs"
        | "/trash"
        | "/settings/profile"
        | "/settings/appearance"
        | "/settings/keys"
        | "/settings/users",
    ) =>
    () =>
      void navigate({ to });
  const actions: Action[] = [
    { id: "go.library", label: t("go.library"), group: "go", icon: Images, keys: ["g l"], run: go("/") },
    { id: "go.favourites", label: t("go.favourites"), group: "go", icon: Heart, keys: ["g f"], run: go("/favourites") },
    { id: "go.jobs", label: t("go.jobs"), group: "go", icon: ListChecks, keys: ["g j"], run: go("/jobs") },
    { id: "go.trash", label: t("go.trash"), group: "go", icon: Trash2, keys: ["g x"], run: go("/trash") },
    {
      id: "go.settings",
      label: t("go.settings"),
      group: "go",
      icon: Settings,
      keys: ["g ,"],
      run: go("/settings/profile"),
    },
    { id: "go.profile", label: t("settings.profile"), group: "account", icon: User, run: go("/settings/profile") },
    {
      id: "go.appearance",
      label: t("settings.appearance"),
      group: "account",
      icon: SunMoon,
      run: go("/settings/appearance"),
    },
    { id: "go.keys", label: t("settings.keys"), group: "account", icon: KeyRound, run: go("/settings/keys") },
    ...(me && canAdminister(me)
      ? [
          {
            id: "go.users",
            label: t("settings.users"),
            group: "account",
            icon: Users,
            run: go("/settings/users"),
          } as const,
        ]
      : []),
    {
      id: "upload.files",
      label: t("uploads.chooseFiles"),
      group: "library",
      icon: Upload,
      keys: ["u"],
      run: pickFiles,
    },
    {
      id: "upload.folder",
      label: t("uploads.chooseFolder"),
      group: "library",
      icon: FolderUp,
      keys: ["shift+u"],
      run: pickFolder,
    },
    {
      id: "view.larger",
      label: t("view.larger"),
      group: "view",
      icon: Rows3,
      keys: ["+", "="],
      run: () => changeDensity(1),
    },
    {
      id: "view.smaller",
      label: t("view.smaller"),
      group: "view",
      icon: Rows3,
      keys: ["-"],
      run: () => changeDensity(-1),
    },
    { id: "view.light", label: t("view.light"), group: "view", icon: Sun, run: () => setPreference("theme", "light") },
    { id: "view.dark", label: t("view.dark"), group: "view", icon: Moon, run: () => setPreference("theme", "dark") },
    {
      id: "view.system",
      label: t("view.system"),
      group: "view",
      icon: SunMoon,
      run: () => setPreference("theme", "system"),
    },
    { id: "palette", label: t("palette.action"), group: "view", keys: ["mod+k"], isOnlyKey: true, run: openPalette },
    { id: "shortcuts", label: t("shortcuts.action"), group: "view", icon: CircleHelp, keys: ["?"], run: openShortcuts },
    { id: "logout", label: t("person.logOut"), group: "account", icon: LogOut, run: leave },
  ];
  useActions(actions);
}
