import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Ellipsis, Plus, Trash2, UserCheck, UserX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem, type Role, type User } from "@/api";
import { formatAgo } from "@/lib/format";
import { notify } from "@/lib/notifications";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { IconButton } from "@/ui/icon-button";
import { Menu, MenuChoice, MenuItem, MenuLine } from "@/ui/menu";
import { ProblemNotice } from "@/ui/problem-notice";
import { SettingsSection } from "@/ui/settings-section";

import { deleteUser, updateUser } from "./actions";
import { NewUserDialog } from "./new-user-dialog";
import { accountQueries } from "./queries";
import { ROLES } from "./roles";

export function UsersPage() {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(accountQueries.me());
  const { data, error, refetch } = useQuery(accountQueries.users());
  const [isCreating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<User | null>(null);
  return (
    <SettingsSection
      title={t("users.title")}
      text={t("users.text")}
      action={
        <Button isSmall tone="primary" icon={Plus} onClick={() => setCreating(true)}>
          {t("users.create")}
        </Button>
      }
    >
      {error !== null && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      <ul className="divide-y rounded-lg bg-surface ring-1 ring-line">
        {data?.items.map((user) => (
          <UserLine key={user.id} user={user} isMe={user.id === me.id} onDelete={() => setDeleting(user)} />
        ))}
      </ul>
      {isCreating && <NewUserDialog onClose={() => setCreating(false)} />}
      <Confirm
        isOpen={deleting !== null}
        title={t("users.deleteTitle", { name: deleting?.name ?? "" })}
        text={t("users.deleteText", { name: deleting?.name ?? "" })}
        verb={t("users.delete")}
        onClose={() => setDeleting(null)}
        onConfirm={() => deleteUser(deleting?.id ?? "")}
      />
    </SettingsSection>
  );
}

function UserLine({ user, isMe, onDelete }: { user: User; isMe: boolean; onDelete: () => void }) {
  const { t } = useTranslation();
  const change = async (update: { role?: Role; is_active?: boolean }) => {
    try {
      await updateUser(user.id, update);
    } catch (error) {
      notify({ tone: "error", text: asProblem(error).message });
    }
  };
  const facts = [
    t(`role.${user.role}`),
    user.is_active
      ? user.last_login_at
        ? t("users.lastLogin", { ago: formatAgo(user.last_login_at) })
        : t("users.neverLoggedIn")
      : t("users.inactive"),
  ];
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <Avatar name={user.name} isDimmed={!user.is_active} />
      <div className="min-w-0 flex-1">
        <p className="font-medium wrap-anywhere">
          {user.name}
          {isMe && <span className="ml-2 font-normal text-muted">{t("users.you")}</span>}
        </p>
        <p className="text-sm wrap-anywhere text-muted">{user.email}</p>
        <p className="text-sm text-muted">{facts.join(" · ")}</p>
      </div>
      <Menu trigger={<IconButton icon={Ellipsis} label={t("users.change", { name: user.name })} />}>
        <MenuChoice
          label={t("users.role")}
          value={user.role}
          options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
          onChange={(role) => void change({ role })}
        />
        <MenuLine />
        <MenuItem
          icon={user.is_active ? UserX : UserCheck}
          label={user.is_active ? t("users.deactivate") : t("users.activate")}
          isDisabled={isMe}
          onSelect={() => void change({ is_active: !user.is_active })}
        />
        <MenuItem icon={Trash2} label={t("users.delete")} isDangerous isDisabled={isMe} onSelect={onDelete} />
      </Menu>
    </li>
  );
}
