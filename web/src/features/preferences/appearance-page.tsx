import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";

import { preferences, setPreference } from "@/lib/preferences";
import { useStore } from "@/lib/store";
import { Segmented } from "@/ui/segmented";
import { SettingsSection } from "@/ui/settings-section";

export function AppearancePage() {
  const { t } = useTranslation();
  const { theme, density } = useStore(preferences);
  return (
    <>
      <SettingsSection title={t("appearance.theme")} text={t("appearance.themeText")}>
        <div>
          <Segmented
            label={t("appearance.theme")}
            value={theme}
            options={[
              { value: "system", label: t("appearance.system"), icon: Monitor },
              { value: "light", label: t("appearance.light"), icon: Sun },
              { value: "dark", label: t("appearance.dark"), icon: Moon },
            ]}
            onChange={(value) => setPreference("theme", value)}
          />
        </div>
      </SettingsSection>
      <SettingsSection title={t("appearance.density")} text={t("appearance.densityText")}>
        <div>
          <Segmented
            label={t("appearance.density")}
            value={density}
            options={[
              { value: "small", label: t("appearance.small") },
              { value: "medium", label: t("appearance.medium") },
              { value: "large", label: t("appearance.large") },
            ]}
            onChange={(value) => setPreference("density", value)}
          />
        </div>
      </SettingsSection>
    </>
  );
}
