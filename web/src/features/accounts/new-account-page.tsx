import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { queryClient, signedOut } from "@/api";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { ProblemNotice } from "@/ui/problem-notice";
import { Spinner } from "@/ui/spinner";

import { type Person, register, setUp } from "./actions";
import { EntryFrame } from "./entry-frame";
import { accountKeys } from "./keys";
import { PASSWORD_LENGTH } from "./password";
import { accountQueries } from "./queries";
import { useForm } from "./use-form";

/** The first administrator of a fresh installation. */
export function SetupPage() {
  const { t } = useTranslation();
  const setup = useQuery(accountQueries.setup());
  if (setup.data && !setup.data.needs_setup) return <Navigate to="/login" search={{}} replace />;
  if (setup.isPending) return <Spinner className="m-auto mt-[40vh] size-6" />;
  return <NewAccount title={t("setup.title")} text={t("setup.text")} verb={t("setup.verb")} create={setUp} />;
}

export function RegisterPage() {
  const { t } = useTranslation();
  const setup = useQuery(accountQueries.setup());
  if (setup.data?.needs_setup) return <Navigate to="/setup" replace />;
  if (setup.data && !setup.data.can_register) {
    return (
      <EntryFrame title={t("register.closed")} text={t("register.closedText")}>
        <p>
          <LoginLink />
        </p>
      </EntryFrame>
    );
  }
  return (
    <NewAccount title={t("register.title")} verb={t("register.verb")} create={register}>
      <p className="text-center text-muted">
        {t("register.haveAccount")} <LoginLink />
      </p>
    </NewAccount>
  );
}

function LoginLink() {
  const { t } = useTranslation();
  return (
    <Link to="/login" search={{}} className="font-medium text-accent-text hover:underline">
      {t("login.verb")}
    </Link>
  );
}

interface NewAccountProps {
  title: string;
  text?: string;
  verb: string;
  create: (person: Person) => Promise<void>;
  children?: React.ReactNode;
}

function NewAccount({ title, text, verb, create, children }: NewAccountProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [person, setPerson] = useState<Person>({ name: "", email: "", password: "" });
  const [again, setAgain] = useState("");
  const change = (part: Partial<Person>) => setPerson((before) => ({ ...before, ...part }));
  const form = useForm(
    async () => {
      await create(person);
      signedOut.set(false);
      queryClient.removeQueries({ queryKey: accountKeys.setup });
      await queryClient.resetQueries({ queryKey: accountKeys.me });
      await navigate({ to: "/" });
    },
    (): Record<string, string> => ({
      ...(person.password.length < PASSWORD_LENGTH && {
        password: t("person.passwordShort", { count: PASSWORD_LENGTH }),
      }),
      ...(person.password !== again && { again: t("person.passwordDiffers") }),
    }),
  );
  return (
    <EntryFrame title={title} text={text}>
      <form onSubmit={form.onSubmit} className="flex flex-col gap-5">
        <TextField
          label={t("person.name")}
          autoComplete="name"
          autoFocus
          required
          maxLength={100}
          value={person.name}
          error={form.fields.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <TextField
          label={t("person.email")}
          type="email"
          autoComplete="username"
          required
          value={person.email}
          error={form.fields.email}
          onChange={(event) => change({ email: event.target.value })}
        />
        <TextField
          label={t("person.password")}
          type="password"
          autoComplete="new-password"
          required
          maxLength={256}
          value={person.password}
          hint={t("person.passwordHint", { count: PASSWORD_LENGTH })}
          error={form.fields.password}
          onChange={(event) => change({ password: event.target.value })}
        />
        <TextField
          label={t("person.passwordAgain")}
          type="password"
          autoComplete="new-password"
          required
          value={again}
          error={form.fields.again}
          onChange={(event) => setAgain(event.target.value)}
        />
        {form.problem && <ProblemNotice error={form.problem} />}
        <Button type="submit" tone="primary" isBusy={form.isBusy} className="h-11">
          {verb}
        </Button>
        {children}
      </form>
    </EntryFrame>
  );
}
