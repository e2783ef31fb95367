import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Laptop, LogOut } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem, type LoginSession } from "@/api";
import { formatAgo, formatDateTime } from "@/lib/format";
import { notify } from "@/lib/notifications";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { ProblemNotice } from "@/ui/problem-notice";
import { SettingsSection } from "@/ui/settings-section";

import { endSession, updateMe } from "./actions";
import { describeAgent } from "./agent";
import { PASSWORD_LENGTH } from "./password";
import { accountQueries } from "./queries";
import { useForm } from "./use-form";

export function ProfilePage() {
  return (
    <>
      <Person />
      <Password />
      <Sessions />
    </>
  );
}

function Person() {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(accountQueries.me());
  const [name, setName] = useState(me.name);
  const [email, setEmail] = useState(me.email);
  const [current, setCurrent] = useState("");
  const isNewEmail = email !== me.email;
  const form = useForm(async () => {
    await updateMe({ name, ...(isNewEmail ? { email, current_password: current } : {}) });
    setCurrent("");
    notify({ tone: "success", text: t("profile.saved") });
  });
  return (
    <SettingsSection title={t("profile.title")} text={t("profile.role", { role: t(`role.${me.role}`) })}>
      <form onSubmit={form.onSubmit} className="flex max-w-md flex-col gap-4">
        <TextField
          label={t("person.name")}
          autoComplete="name"
          required
          maxLength={100}
          value={name}
          error={form.fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t("person.email")}
          type="email"
          autoComplete="email"
          required
          value={email}
          error={form.fields.email}
          onChange={(event) => setEmail(event.target.value)}
        />
        {isNewEmail && (
          <TextField
            label={t("person.currentPassword")}
            type="password"
            autoComplete="current-password"
            value={current}
            hint={t("profile.emailNeedsPassword")}
            error={form.fields.current_password}
            onChange={(event) => setCurrent(event.target.value)}
          />
        )}
        {form.problem && <ProblemNotice error={form.problem} />}
        <Button
          type="submit"
          tone="primary"
          isBusy={form.isBusy}
          disabled={name === me.name && email === me.email}
          className="self-start"
        >
          {t("profile.save")}
        </Button>
      </form>
    </SettingsSection>
  );
}

function Password() {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(accountQueries.me());
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const form = useForm(
    async () => {
      await updateMe({ current_password: current, new_password: next });
      setCurrent("");
      setNext("");
      notify({ tone: "success", text: t("profile.passwordChanged") });
    },
    (): Record<string, string> =>
      next.length < PASSWORD_LENGTH ? { new_password: t("person.passwordShort", { count: PASSWORD_LENGTH }) } : {},
  );
  return (
    <SettingsSection title={t("profile.password")} text={t("profile.passwordText")}>
      <form onSubmit={form.onSubmit} className="flex max-w-md flex-col gap-4">
        <input type="text" autoComplete="username" value={me.email} readOnly hidden />
        <TextField
          label={t("person.currentPassword")}
          type="password"
          autoComplete="current-password"
          required
          value={current}
          error={form.fields.current_password}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <TextField
          label={t("person.newPassword")}
          type="password"
          autoComplete="new-password"
          required
          maxLength={256}
          value={next}
          hint={t("person.passwordHint", { count: PASSWORD_LENGTH })}
          error={form.fields.new_password}
          onChange={(event) => setNext(event.target.value)}
        />
        {form.problem && <ProblemNotice error={form.problem} />}
        <Button type="submit" isBusy={form.isBusy} disabled={current === "" || next === ""} className="self-start">
          {t("profile.changePassword")}
        </Button>
      </form>
    </SettingsSection>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(accountQueries.sessions());
  return (
    <SettingsSection title={t("sessions.title")} text={t("sessions.text")}>
      {error !== null && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      <ul className="divide-y rounded-lg bg-surface ring-1 ring-line">
        {data?.items.map((session) => (
          <SessionLine key={session.id} session={session} />
        ))}
      </ul>
    </SettingsSection>
  );
}

function SessionLine({ session }: { session: LoginSession }) {
  const { t } = useTranslation();
  const [isBusy, setBusy] = useState(false);
  const end = async () => {
    setBusy(true);
    try {
      await endSession(session.id);
    } catch (error) {
      notify({ tone: "error", text: asProblem(error).message });
    }
    setBusy(false);
  };
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Laptop aria-hidden className="size-5 shrink-0 text-muted" strokeWidth={1.5} />
      <div className="min-w-0 flex-1">
        <p className="wrap-anywhere">{describeAgent(session.user_agent) ?? t("sessions.unknown")}</p>
        <p className="text-sm text-muted">
          {[
            session.address,
            session.current ? t("sessions.current") : formatAgo(session.last_used_at),
            t("sessions.since", { date: formatDateTime(session.created_at) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      {!session.current && (
        <Button isSmall tone="quiet" icon={LogOut} isBusy={isBusy} onClick={() => void end()}>
          {t("sessions.end")}
        </Button>
      )}
    </li>
  );
}
