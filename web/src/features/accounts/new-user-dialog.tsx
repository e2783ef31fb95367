import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Role } from "@/api";
import { notify } from "@/lib/notifications";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField } from "@/ui/field";
import { ProblemNotice } from "@/ui/problem-notice";

import { createUser } from "./actions";
import { PASSWORD_LENGTH } from "./password";
import { ROLES } from "./roles";
import { useForm } from "./use-form";

export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("member");
  const form = useForm(
    async () => {
      await createUser({ name, email, password, role });
      notify({ tone: "success", text: t("users.created", { name }) });
      onClose();
    },
    (): Record<string, string> =>
      password.length < PASSWORD_LENGTH ? { password: t("person.passwordShort", { count: PASSWORD_LENGTH }) } : {},
  );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("users.newTitle")}
      footer={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button tone="primary" type="submit" form="new-user" isBusy={form.isBusy}>
            {t("users.create")}
          </Button>
        </>
      }
    >
      <form id="new-user" onSubmit={form.onSubmit} className="flex flex-col gap-5">
        <TextField
          label={t("person.name")}
          required
          autoFocus
          maxLength={100}
          value={name}
          error={form.fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t("person.email")}
          type="email"
          required
          autoComplete="off"
          value={email}
          error={form.fields.email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={t("users.firstPassword")}
          type="password"
          required
          autoComplete="new-password"
          maxLength={256}
          value={password}
          hint={t("users.firstPasswordHint", { count: PASSWORD_LENGTH })}
          error={form.fields.password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <SelectField label={t("users.role")} value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {ROLES.map((value) => (
            <option key={value} value={value}>
              {t(`role.${value}`)}
            </option>
          ))}
        </SelectField>
        {form.problem && <ProblemNotice error={form.problem} />}
      </form>
    </Dialog>
  );
}
