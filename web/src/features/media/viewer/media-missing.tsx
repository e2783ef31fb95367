import { ImageOff } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";

export function MediaMissing({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="m-auto">
      <EmptyState icon={ImageOff} title={t("viewer.missing")} text={t("viewer.missingText")}>
        <Button onClick={onClose}>{t("empty.toLibrary")}</Button>
      </EmptyState>
    </div>
  );
}
