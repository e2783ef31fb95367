import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { CloudOff, Compass, RotateCw, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "@/api";
import { connectivity } from "@/lib/connectivity";
import { useStore } from "@/lib/store";
import { Button } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { Spinner } from "@/ui/spinner";

export function LoadingPage() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("common.loading")} className="flex h-dvh items-center justify-center text-faint">
      <Spinner className="size-6" />
    </div>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <main className="flex min-h-dvh items-center">
      <EmptyState isPage icon={Compass} title={t("outcome.notFound")} text={t("outcome.notFoundText")}>
        <Link
          to="/"
          className="inline-flex h-9 items-center rounded-md bg-accent-fill px-4 font-medium text-white hover:bg-accent-fill-hover touch:h-10"
        >
          {t("empty.toLibrary")}
        </Link>
      </EmptyState>
    </main>
  );
}

/** A place that could not be shown: the server is away, or the page itself broke. */
export function CrashPage({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const problem = asProblem(error);
  const isAway = problem.status === 0 && problem.code === "unreachable";
  const state = useStore(connectivity);
  useEffect(() => {
    // Comes back by itself as soon as the server does.
    if (isAway && state === "online") void router.invalidate();
  }, [isAway, state, router]);
  return (
    <main className="flex min-h-dvh items-center">
      <EmptyState
        isPage
        icon={isAway ? CloudOff : TriangleAlert}
        title={t(isAway ? "outcome.away" : "outcome.crash")}
        text={isAway ? t("outcome.awayText") : problem.message}
      >
        <Button tone="primary" icon={RotateCw} onClick={() => void router.invalidate()}>
          {t("common.retry")}
        </Button>
        {!isAway && <Button onClick={() => location.assign("/")}>{t("outcome.reload")}</Button>}
      </EmptyState>
    </main>
  );
}
