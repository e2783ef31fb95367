import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Media } from "@/api";
import { classNames } from "@/lib/class-names";
import { formatBytes, formatDateTime, formatExposure, formatNumber } from "@/lib/format";
import { CopyButton } from "@/ui/copy-button";
import { ProblemNotice } from "@/ui/problem-notice";
import { Spinner } from "@/ui/spinner";

import { mediaQueries } from "../queries";

function Facts({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-muted">{title}</h3>
      <dl className="flex flex-col">{children}</dl>
    </section>
  );
}

interface FactProps {
  label: string;
  value: string | null | undefined;
  isMono?: boolean;
  canCopy?: boolean;
}

function Fact({ label, value, isMono = false, canCopy = false }: FactProps) {
  const { t } = useTranslation();
  if (value === null || value === undefined || value === "") return null;
  return (
    <div className="group flex min-h-8 items-center gap-3">
      <dt className="w-26 shrink-0 text-sm text-muted">{label}</dt>
      <dd className="flex min-w-0 flex-1 items-center gap-2">
        <span
          className={classNames("min-w-0 flex-1", isMono ? "truncate font-mono text-xs" : "text-sm break-words")}
          title={value}
        >
          {value}
        </span>
        {canCopy && <CopyButton text={value} label={t("common.copyWhat", { what: label })} />}
      </dd>
    </div>
  );
}

export function CameraFacts({ media }: { media: Media }) {
  const { t } = useTranslation();
  const { make, model, lens, f_number, exposure_seconds, iso, focal_length_mm } = media.camera;
  // Many makers write their name into the model as well: "NIKON CORPORATION" and "NIKON Z 6_2".
  const maker = make?.split(" ")[0]?.toLowerCase() ?? "";
  const isNamed = maker !== "" && model?.toLowerCase().startsWith(maker) === true;
  const name = [isNamed ? null : make, model].filter(Boolean).join(" ");
  const settings = [
    f_number && `ƒ/${formatNumber(f_number)}`,
    exposure_seconds && formatExposure(exposure_seconds),
    iso && `ISO ${String(iso)}`,
    focal_length_mm && `${formatNumber(focal_length_mm)} mm`,
  ].filter(Boolean);
  if (name === "" && !lens && settings.length === 0) return null;
  return (
    <Facts title={t("facts.camera")}>
      <Fact label={t("facts.model")} value={name} />
      <Fact label={t("facts.lens")} value={lens} />
      <Fact label={t("facts.settings")} value={settings.join(" · ")} />
    </Facts>
  );
}

export function PlaceFacts({ media }: { media: Media }) {
  const { t } = useTranslation();
  if (!media.place) return null;
  const { latitude, longitude, altitude } = media.place;
  return (
    <Facts title={t("facts.place")}>
      <Fact label={t("facts.coordinates")} value={`${latitude.toFixed(5)}, ${longitude.toFixed(5)}`} canCopy />
      <Fact label={t("facts.altitude")} value={altitude == null ? null : `${formatNumber(Math.round(altitude))} m`} />
    </Facts>
  );
}

export function FileFacts({ media }: { media: Media }) {
  const { t } = useTranslation();
  const megapixels = (media.width * media.height) / 1e6;
  return (
    <Facts title={t("facts.file")}>
      <Fact label={t("facts.name")} value={media.filename} canCopy />
      <Fact
        label={t("facts.size")}
        value={`${formatNumber(media.width)} × ${formatNumber(media.height)} (${megapixels.toFixed(megapixels < 10 ? 1 : 0)} MP)`}
      />
      <Fact label={t("facts.bytes")} value={`${formatBytes(media.size)} · ${media.format.toUpperCase()}`} />
      <Fact label={t("facts.frames")} value={media.frames > 1 ? formatNumber(media.frames) : null} />
      <Fact label={t("facts.origin")} value={t(`origin.${media.origin}`)} />
      <Fact label={t("facts.created")} value={formatDateTime(media.created_at)} />
      <Fact label={t("facts.checksum")} value={media.checksum} isMono canCopy />
      <Fact label={t("facts.id")} value={media.id} isMono canCopy />
    </Facts>
  );
}

/** Everything that the file says of itself, asked for only when somebody looks. */
export function RawMetadata({ media }: { media: Media }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { data, error, isPending, refetch } = useQuery({ ...mediaQueries.metadata(media.id), enabled: isOpen });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="rounded-sm py-1 text-sm text-muted hover:text-ink">{t("facts.raw")}</summary>
      {isPending && isOpen && <Spinner className="mt-3 size-5" />}
      {error !== null && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {data && (
        <div className="relative mt-2">
          <pre
            tabIndex={0}
            className="max-h-80 overflow-auto rounded-md bg-sunken p-3 font-mono text-xs break-words whitespace-pre-wrap"
          >
            {JSON.stringify(data, null, 2)}
          </pre>
          <div className="absolute top-1 right-1">
            <CopyButton text={JSON.stringify(data, null, 2)} label={t("common.copyWhat", { what: t("facts.raw") })} />
          </div>
        </div>
      )}
    </details>
  );
}
