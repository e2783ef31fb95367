import { Link } from "@tanstack/react-router";
import { Ban, CircleAlert, CircleCheck, Clock, Copy, Hourglass, RotateCw, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { formatBytes, formatDuration } from "@/lib/format";
import { useStore } from "@/lib/store";
import { IconButton } from "@/ui/icon-button";
import { Progress } from "@/ui/progress";
import { Spinner } from "@/ui/spinner";

import { isEnded, type UploadItem } from "./queue";
import { uploads } from "./uploads";

export function UploadLine({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-14 items-center gap-3 py-2 pr-2 pl-4">
      <StateIcon state={item.state} />
      <div className="min-w-0 flex-1 pr-2">
        {item.mediaId === null ? (
          <p className="truncate" title={item.path}>
            {item.path}
          </p>
        ) : (
          <Link
            to="/media/$mediaId"
            params={{ mediaId: item.mediaId }}
            search={{}}
            className="block truncate hover:underline"
            title={item.path}
          >
            {item.path}
          </Link>
        )}
        {item.state === "sending" ? (
          <div className="mt-1.5">
            <Progress
              value={item.file.size > 0 ? item.sent / item.file.size : null}
              label={t("uploads.progressOf", { name: item.file.name })}
            />
          </div>
        ) : item.state === "failed" ? (
          <p className="text-xs break-words text-bad">{item.error}</p>
        ) : item.state === "paused" ? (
          <p className="text-xs break-words text-muted">
            {item.error} <Pause />
          </p>
        ) : (
          <p className="truncate text-xs text-muted">
            {t(`uploads.state.${item.state}`)} · {formatBytes(item.file.size)}
          </p>
        )}
      </div>
      {((item.state === "failed" && item.canRetry) || item.state === "cancelled") && (
        <IconButton
          icon={RotateCw}
          label={t("uploads.retryOne", { name: item.file.name })}
          onClick={() => uploads.retry([item.id])}
        />
      )}
      {!isEnded(item) && (
        <IconButton
          icon={X}
          label={t("uploads.cancelOne", { name: item.file.name })}
          onClick={() => uploads.cancel([item.id])}
        />
      )}
    </div>
  );
}

/** For how long the server still wants to be left alone. */
function Pause() {
  const { t } = useTranslation();
  const resumesAt = useStore(uploads.state, (state) => state.resumesAt);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const left = resumesAt === null ? 0 : (resumesAt - now) / 1_000;
  return left > 0 ? t("uploads.resumesIn", { time: formatDuration(left) }) : t("uploads.resumes");
}

function StateIcon({ state }: { state: UploadItem["state"] }) {
  const className = "size-[18px] shrink-0";
  switch (state) {
    case "waiting":
      return <Clock aria-hidden className={`${className} text-faint`} />;
    case "paused":
      return <Hourglass aria-hidden className={`${className} text-warn`} />;
    case "hashing":
    case "sending":
      return <Spinner className={`${className} text-accent`} />;
    case "stored":
      return <CircleCheck aria-hidden className={`${className} text-good`} />;
    case "duplicate":
      return <Copy aria-hidden className={`${className} text-muted`} />;
    case "failed":
      return <CircleAlert aria-hidden className={`${className} text-bad`} />;
    case "cancelled":
      return <Ban aria-hidden className={`${className} text-faint`} />;
  }
}
