import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Problem, queryClient, signedOut } from "@/api";
import { formatDuration } from "@/lib/format";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { ProblemNotice } from "@/ui/problem-notice";

import { logIn } from "./actions";
import { EntryFrame } from "./entry-frame";
import { accountKeys } from "./keys";
import { accountQueries } from "./queries";
import { useForm } from "./use-form";

/** Only an address of this page: a login never leads elsewhere. */
function safeAddress(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/";
}

export function LoginPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/login" });
  const setup = useQuery(accountQueries.setup());
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm(async () => {
    await logIn(email, password);
    signedOut.set(false);
    await queryClient.resetQueries({ queryKey: accountKeys.me });
    await navigate({ href: safeAddress(next) });
  });
  if (setup.data?.needs_setup) return <Navigate to="/setup" replace />;
  return (
    <EntryFrame title={t("login.title")}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-5">
        <TextField
          label={t("person.email")}
          type="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          error={form.fields.email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={t("person.password")}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          error={form.fields.password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {form.problem &&
          (form.problem.retryAfter ? <Locked problem={form.problem} /> : <ProblemNotice error={form.problem} />)}
        <Button type="submit" tone="primary" isBusy={form.isBusy} className="h-11">
          {t("login.verb")}
        </Button>
        {setup.data?.can_register && (
          <p className="text-center text-muted">
            {t("login.noAccount")}{" "}
            <Link to="/register" className="font-medium text-accent-text hover:underline">
              {t("register.verb")}
            </Link>
          </p>
        )}
      </form>
    </EntryFrame>
  );
}

/** After too many failures: how long it takes until one may try again. */
function Locked({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  const [left, setLeft] = useState(problem.retryAfter ?? 0);
  useEffect(() => {
    setLeft(problem.retryAfter ?? 0);
    const timer = setInterval(() => setLeft((before) => Math.max(0, before - 1)), 1_000);
    return () => clearInterval(timer);
  }, [problem]);
  return (
    <div role="alert" className="rounded-md bg-bad-wash px-4 py-3">
      <p>{problem.message}</p>
      {left > 0 && <p className="mt-1 text-sm text-muted">{t("login.lockedFor", { time: formatDuration(left) })}</p>}
    </div>
  );
}
