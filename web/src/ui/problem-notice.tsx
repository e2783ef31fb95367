import { CircleAlert, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";

import { asProblem } from "@/api";

import { Button } from "./button";

/** An error where the person looks: what happened, what to do, and a way to try again. */
export function ProblemNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  // What the server refused for good is not mended by asking again.
  const canRetry = problem.status < 400 || problem.status >= 500 || problem.status === 408 || problem.status === 429;
  return (
    <div role="alert" className="flex flex-wrap items-start gap-3 rounded-md bg-bad-wash px-4 py-3">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-48 flex-1">
        <p className="break-words">{problem.message}</p>
        {problem.requestId !== null && problem.status >= 500 && (
          <p className="mt-1 font-mono text-xs text-muted">{t("problem.request", { id: problem.requestId })}</p>
        )}
      </div>
      {onRetry && canRetry && (
        <Button isSmall icon={RotateCw} onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </div>
  );
}
