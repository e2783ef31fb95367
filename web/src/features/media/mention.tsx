import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ImageOff } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { placeholderUrl } from "@/lib/placeholder";

import { mediaQueries } from "./queries";
import { thumbnailUrl, tileOf } from "./sources/tile";

interface MediaMentionProps {
  mediaId: string;
  /** What is said of it. */
  children: ReactNode;
}

/** One media by its picture and its name, wherever others speak of it. It is asked for when it comes into view. */
export function MediaMention({ mediaId, children }: MediaMentionProps) {
  const { t } = useTranslation();
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (!element) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  const { data: media, isError } = useQuery({ ...mediaQueries.detail(mediaId), enabled: isSeen });
  const tile = media && tileOf(media);
  const placeholder = placeholderUrl(tile?.thumbhash ?? null);
  const target = { to: "/media/$mediaId", params: { mediaId }, search: {} } as const;
  const picture = (
    <span
      className="flex size-10 items-center justify-center overflow-hidden rounded-picture bg-sunken bg-cover bg-center"
      style={{
        backgroundColor: tile?.colour ?? undefined,
        backgroundImage: placeholder === null ? undefined : `url(${placeholder})`,
      }}
    >
      {tile?.state === "ready" && (
        <img src={thumbnailUrl(tile, "small")} alt="" decoding="async" className="size-full object-cover" />
      )}
      {(isError || tile?.state === "failed") && (
        <ImageOff aria-hidden className="size-4 text-faint" strokeWidth={1.5} />
      )}
    </span>
  );
  return (
    <div ref={setElement} className="flex min-w-0 flex-1 gap-3">
      <div aria-hidden className="shrink-0">
        {media ? (
          <Link {...target} tabIndex={-1}>
            {picture}
          </Link>
        ) : (
          picture
        )}
      </div>
      <div className="min-w-0 flex-1">
        {media ? (
          <Link {...target} className="block truncate font-medium hover:underline" title={media.filename}>
            {media.title ?? media.filename}
          </Link>
        ) : (
          <p className="truncate text-muted">{isError ? t("mention.gone") : t("common.loading")}</p>
        )}
        {children}
      </div>
    </div>
  );
}
