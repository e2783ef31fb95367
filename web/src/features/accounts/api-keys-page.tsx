import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { ApiKey } from "@/api";
import { formatAgo, formatDate } from "@/lib/format";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { EmptyState } from "@/ui/empty-state";
import { IconButton } from "@/ui/icon-button";
import { ProblemNotice } from "@/ui/problem-notice";
import { SettingsSection } from "@/ui/settings-section";

import { revokeApiKey } from "./actions";
import { NewApiKeyDialog } from "./new-api-key-dialog";
import { accountQueries } from "./queries";

export function ApiKeysPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(accountQueries.apiKeys());
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  return (
    <SettingsSection
      title={t("apiKeys.title")}
      text={t("apiKeys.text")}
      action={
        <Button isSmall tone="primary" icon={Plus} onClick={() => setCreating(true)}>
          {t("apiKeys.create")}
        </Button>
      }
    >
      {error !== null && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <EmptyState icon={KeyRound} title={t("apiKeys.emptyTitle")} text={t("apiKeys.emptyText")} />
      )}
      {data && data.items.length > 0 && (
        <ul className="divide-y rounded-lg bg-surface ring-1 ring-line">
          {data.items.map((key) => (
            <li key={key.id} className="flex items-center gap-3 px-4 py-3">
              <KeyRound aria-hidden className="size-5 shrink-0 text-muted" strokeWidth={1.5} />
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-baseline gap-x-2">
                  <span className="font-medium break-words">{key.name}</span>
                  <code className="font-mono text-xs text-muted">{key.prefix}…</code>
                </p>
                <p className="text-sm text-muted">{describeKey(key, t)}</p>
                <p className="font-mono text-xs wrap-anywhere text-muted">{key.scopes.join(", ")}</p>
              </div>
              <IconButton
                icon={Trash2}
                label={t("apiKeys.revokeNamed", { name: key.name })}
                onClick={() => setRevoking(key)}
              />
            </li>
          ))}
        </ul>
      )}
      {isCreating && <NewApiKeyDialog onClose={() => setCreating(false)} />}
      <Confirm
        isOpen={revoking !== null}
        title={t("apiKeys.revokeTitle")}
        text={t("apiKeys.revokeText", { name: revoking?.name ?? "" })}
        verb={t("apiKeys.revoke")}
        onClose={() => setRevoking(null)}
        onConfirm={() => revokeApiKey(revoking?.id ?? "")}
      />
    </SettingsSection>
  );
}

function describeKey(key: ApiKey, t: ReturnType<typeof useTranslation>["t"]): string {
  const used = key.last_used_at ? t("apiKeys.used", { ago: formatAgo(key.last_used_at) }) : t("apiKeys.neverUsed");
  if (!key.expires_at) return `${used} · ${t("apiKeys.noExpiry")}`;
  const hasExpired = Date.parse(key.expires_at) < Date.now();
  return `${used} · ${t(hasExpired ? "apiKeys.expired" : "apiKeys.expires", { date: formatDate(key.expires_at) })}`;
}
