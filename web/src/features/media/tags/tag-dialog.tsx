import { useState } from "react";
import { useTranslation } from "react-i18next";

import { notify } from "@/lib/notifications";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";

import { changeTags } from "../actions";
import { TagField } from "./tag-field";

interface TagDialogProps {
  ids: readonly string[];
  isOpen: boolean;
  onClose: () => void;
}

/** Adds tags to, or takes them off, everything that is picked. */
export function TagDialog({ ids, isOpen, onClose }: TagDialogProps) {
  const { t } = useTranslation();
  const [tags, setTags] = useState<string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const close = () => {
    setTags([]);
    onClose();
  };
  const apply = async (isAdding: boolean) => {
    setBusy(true);
    const isDone = await changeTags(ids, isAdding ? tags : [], isAdding ? [] : tags);
    setBusy(false);
    if (!isDone) return;
    notify({ tone: "success", text: t(isAdding ? "tags.added" : "tags.removed", { count: ids.length }) });
    close();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      title={t("tags.title", { count: ids.length })}
      footer={
        <>
          <Button tone="quiet" disabled={tags.length === 0 || isBusy} onClick={() => void apply(false)}>
            {t("tags.removeAll")}
          </Button>
          <Button tone="primary" disabled={tags.length === 0} isBusy={isBusy} onClick={() => void apply(true)}>
            {t("tags.add")}
          </Button>
        </>
      }
    >
      <div className="min-h-64">
        <TagField label={t("tags.label")} tags={tags} onChange={setTags} isAutoFocused />
      </div>
    </Dialog>
  );
}
