import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type ActionGroup, currentActions } from "@/lib/actions";
import { Dialog } from "@/ui/dialog";
import { Keys } from "@/ui/keys";

const GROUPS: readonly ActionGroup[] = ["go", "library", "picture", "selection", "view"];

/** The keys that work here and now. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [actions] = useState(() => currentActions().filter((action) => action.keys !== undefined));
  return (
    <Dialog isOpen onClose={onClose} title={t("shortcuts.title")} isWide isRead>
      <div className="gap-10 md:columns-2">
        {GROUPS.map((group) => {
          const inGroup = actions.filter((action) => action.group === group);
          if (inGroup.length === 0) return null;
          return (
            <section key={group} className="mb-6 break-inside-avoid">
              <h3 className="mb-1 text-sm font-medium text-muted">{t(`shortcuts.group.${group}`)}</h3>
              <dl>
                {inGroup.map((action) => (
                  <div key={action.id} className="flex min-h-9 items-center justify-between gap-4">
                    <dt className="truncate">{action.label}</dt>
                    <dd className="flex shrink-0 flex-wrap justify-end gap-2">
                      {action.keys?.slice(0, 2).map((key) => (
                        <Keys key={key} keys={key} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
