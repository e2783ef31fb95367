import { X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem, fieldErrors, type Media, type MediaUpdate } from "@/api";
import { formatDateTime } from "@/lib/format";
import { useIsPhone } from "@/lib/use-media-query";
import { TextArea, TextField } from "@/ui/field";
import { IconButton } from "@/ui/icon-button";

import { updateMedia, updateTags } from "../actions";
import { TagField } from "../tags/tag-field";
import { CameraFacts, FileFacts, PlaceFacts, RawMetadata } from "./facts";
import { Rating } from "./rating";
import { takenAtField, takenAtOf } from "./taken-at";

interface InspectorProps {
  media: Media;
  onClose: () => void;
}

/** What is known of a picture, and its editing. At the side; on a phone a sheet. */
export function Inspector({ media, onClose }: InspectorProps) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  return (
    <aside
      data-inspector
      aria-label={t("viewer.info")}
      className={
        isPhone
          ? "absolute inset-x-0 bottom-0 z-20 flex h-[60dvh] animate-slide-up flex-col rounded-t-lg bg-surface shadow-float"
          : "flex w-88 shrink-0 animate-slide-in flex-col bg-surface"
      }
    >
      <header className="flex h-12 shrink-0 items-center justify-between pr-2 pl-5">
        <h2 className="font-semibold">{t("viewer.info")}</h2>
        <IconButton icon={X} label={t("viewer.closeInfo")} shortcut="i" onClick={onClose} />
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-5 pt-1 pb-8">
        {media.purge_at != null && (
          <p className="rounded-md bg-sunken px-3 py-2 text-sm text-muted">
            {t("inspector.trashed", { date: formatDateTime(media.purge_at) })}
          </p>
        )}
        <Editing media={media} isReadOnly={media.trashed_at != null} />
        <CameraFacts media={media} />
        <PlaceFacts media={media} />
        <FileFacts media={media} />
        <RawMetadata media={media} />
      </div>
    </aside>
  );
}

type Field = "title" | "caption" | "taken_at" | "tags" | "rating";

function Editing({ media, isReadOnly }: { media: Media; isReadOnly: boolean }) {
  const { t } = useTranslation();
  const [title, setTitle] = useState(media.title ?? "");
  const [caption, setCaption] = useState(media.caption ?? "");
  const [takenAt, setTakenAt] = useState(takenAtField(media));
  const [errors, setErrors] = useState<Partial<Record<Field, string>>>({});
  // Somebody else, or another window, may have changed them.
  useEffect(() => setTitle(media.title ?? ""), [media.title]);
  useEffect(() => setCaption(media.caption ?? ""), [media.caption]);
  const stored = takenAtField(media);
  useEffect(() => setTakenAt(stored), [stored]);

  const attempt = async (field: Field, work: Promise<void>) => {
    setErrors((before) => ({ ...before, [field]: undefined }));
    try {
      await work;
    } catch (error) {
      // What was typed stays in the field, with the reason under it.
      setErrors((before) => ({ ...before, [field]: fieldErrors(error)[field] ?? asProblem(error).message }));
    }
  };
  const save = (field: Field, update: MediaUpdate) => attempt(field, updateMedia(media.id, update));
  const changedOr = (text: string, before: string | null | undefined) =>
    text.trim() === (before ?? "") ? undefined : text.trim() === "" ? null : text.trim();
  const saveText = (field: "title" | "caption", text: string) => {
    const value = changedOr(text, media[field]);
    if (value !== undefined) void save(field, { [field]: value });
  };
  return (
    <fieldset disabled={isReadOnly} data-keys="own" className="flex flex-col gap-4">
      <legend className="sr-only">{t("inspector.edit")}</legend>
      <TextField
        label={t("inspector.title")}
        value={title}
        maxLength={500}
        placeholder={media.filename}
        error={errors.title}
        onChange={(event) => setTitle(event.target.value)}
        onBlur={() => saveText("title", title)}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setTitle(media.title ?? "");
        }}
      />
      <TextArea
        label={t("inspector.caption")}
        value={caption}
        maxLength={10_000}
        placeholder={t("inspector.captionPlaceholder")}
        error={errors.caption}
        onChange={(event) => setCaption(event.target.value)}
        onBlur={() => saveText("caption", caption)}
      />
      <div>
        <TagField
          label={t("tags.label")}
          tags={media.tags}
          onChange={(tags) => void attempt("tags", updateTags(media, tags))}
        />
        <FieldProblem text={errors.tags} />
      </div>
      <div className="flex items-center justify-between">
        <span className="text-sm font-medium">{t("inspector.rating")}</span>
        <Rating value={media.rating ?? null} onChange={(rating) => void save("rating", { rating })} />
      </div>
      <FieldProblem text={errors.rating} />
      <TextField
        type="datetime-local"
        label={t("inspector.takenAt")}
        value={takenAt}
        error={errors.taken_at}
        onChange={(event) => setTakenAt(event.target.value)}
        onBlur={() => {
          if (takenAt !== stored)
            void save("taken_at", { taken_at: takenAtOf(takenAt, media.taken_at_offset ?? null) });
        }}
      />
    </fieldset>
  );
}

function FieldProblem({ text }: { text: string | undefined }): ReactNode {
  if (text === undefined) return null;
  return (
    <p role="alert" className="mt-1.5 text-sm text-bad">
      {text}
    </p>
  );
}
