import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField } from "@/ui/field";
import { ProblemNotice } from "@/ui/problem-notice";

import { createApiKey } from "./actions";
import { accountQueries } from "./queries";
import { useForm } from "./use-form";

const DAYS = ["30", "90", "365", "0"] as const;

/** Makes a key and shows its secret, which nobody can show again. */
export function NewApiKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const scopes = useQuery(accountQueries.scopes());
  const [name, setName] = useState("");
  const [days, setDays] = useState<string>("90");
  const [chosen, setChosen] = useState<string[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const form = useForm(
    async () => {
      const expires = days === "0" ? null : new Date(Date.now() + Number(days) * 86_400_000).toISOString();
      setSecret((await createApiKey(name, chosen, expires)).key);
    },
    (): Record<string, string> => (chosen.length === 0 ? { scopes: t("apiKeys.needScope") } : {}),
  );
  if (secret !== null) {
    return (
      <Dialog
        isOpen
        onClose={onClose}
        title={t("apiKeys.created")}
        description={t("apiKeys.createdText")}
        footer={
          <Button tone="primary" onClick={onClose}>
            {t("apiKeys.kept")}
          </Button>
        }
      >
        <div className="flex items-center gap-2 rounded-md bg-sunken py-2 pr-2 pl-3">
          <code data-testid="api-key" className="min-w-0 flex-1 font-mono text-sm break-all select-all">
            {secret}
          </code>
          <CopyButton text={secret} label={t("common.copyWhat", { what: t("apiKeys.key") })} />
        </div>
      </Dialog>
    );
  }
  const toggle = (scope: string) =>
    setChosen((before) => (before.includes(scope) ? before.filter((one) => one !== scope) : [...before, scope]));
  const all = scopes.data?.items ?? [];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("apiKeys.newTitle")}
      footer={
        <>
          <Button tone="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button tone="primary" type="submit" form="new-api-key" isBusy={form.isBusy}>
            {t("apiKeys.create")}
          </Button>
        </>
      }
    >
      <form id="new-api-key" onSubmit={form.onSubmit} className="flex flex-col gap-5">
        <TextField
          label={t("apiKeys.name")}
          required
          autoFocus
          maxLength={100}
          placeholder={t("apiKeys.namePlaceholder")}
          value={name}
          error={form.fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label={t("apiKeys.expiry")}
          value={days}
          error={form.fields.expires_at}
          onChange={(event) => setDays(event.target.value)}
        >
          {DAYS.map((value) => (
            <option key={value} value={value}>
              {value === "0" ? t("apiKeys.never") : t("apiKeys.days", { count: Number(value) })}
            </option>
          ))}
        </SelectField>
        <fieldset>
          <legend className="mb-1.5 flex w-full items-center justify-between text-sm font-medium">
            {t("apiKeys.scopes")}
            <button
              type="button"
              className="-my-2 rounded-sm px-1 text-sm text-muted hover:text-ink touch:min-h-10"
              onClick={() => setChosen(chosen.length === all.length ? [] : all.map((one) => one.name))}
            >
              {chosen.length === all.length ? t("apiKeys.noScopes") : t("apiKeys.allScopes")}
            </button>
          </legend>
          {scopes.error !== null && <ProblemNotice error={scopes.error} onRetry={() => void scopes.refetch()} />}
          <div className="rounded-md py-1 ring-1 ring-line">
            {all.map((scope) => (
              <label key={scope.name} className="flex items-start gap-3 px-3 py-2 hover:bg-hover">
                <input
                  type="checkbox"
                  checked={chosen.includes(scope.name)}
                  onChange={() => toggle(scope.name)}
                  className="mt-0.5 size-4 shrink-0 accent-accent"
                />
                <span>
                  <code className="font-mono text-sm">{scope.name}</code>
                  <span className="block text-sm text-muted">{scope.description}</span>
                </span>
              </label>
            ))}
          </div>
          {form.fields.scopes !== undefined && (
            <p role="alert" className="mt-1.5 text-sm text-bad">
              {form.fields.scopes}
            </p>
          )}
        </fieldset>
        {form.problem && <ProblemNotice error={form.problem} />}
      </form>
    </Dialog>
  );
}
