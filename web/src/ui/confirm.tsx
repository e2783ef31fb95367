import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "./button";
import { Dialog } from "./dialog";
import { ProblemNotice } from "./problem-notice";

interface ConfirmProps {
  isOpen: boolean;
  title: string;
  text: string;
  verb: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** For what cannot be undone: says by name what will go, and stays open with the reason if it fails. */
export function Confirm({ isOpen, title, text, verb, onConfirm, onClose }: ConfirmProps) {
  const { t } = useTranslation();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const close = () => {
    setError(null);
    onClose();
  };
  const confirm = async () => {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      title={title}
      footer={
        <>
          <Button tone="quiet" onClick={close}>
            {t("common.cancel")}
          </Button>
          <Button tone="danger" isBusy={isBusy} onClick={() => void confirm()}>
            {verb}
          </Button>
        </>
      }
    >
      <p className="break-words text-muted">{text}</p>
      {error !== null && (
        <div className="mt-4">
          <ProblemNotice error={error} />
        </div>
      )}
    </Dialog>
  );
}
