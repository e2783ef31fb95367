import { ImagePlus } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useStore } from "@/lib/store";

import { droppedFiles, pickedFiles } from "./dropped";
import { UploadDock } from "./upload-dock";
import { upload, uploads } from "./uploads";

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;

/** The whole window takes files: dropped or pasted. Leaving it while some are on their way asks first. */
export function UploadSurface() {
  const { t } = useTranslation();
  const [isOver, setOver] = useState(false);
  const isBusy = useStore(uploads.state, (state) => state.active > 0);

  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(true);
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const over = (event: DragEvent) => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!carriesFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      void droppedFiles(event.dataTransfer).then(upload);
    };
    const paste = (event: ClipboardEvent) => {
      const files = event.clipboardData?.files;
      if (!files || files.length === 0) return;
      event.preventDefault();
      upload(pickedFiles(files));
    };
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  }, []);

  useEffect(() => {
    if (!isBusy) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isBusy]);

  return (
    <>
      <UploadDock />
      {isOver && (
        <div className="pointer-events-none fixed inset-0 z-60 animate-appear bg-paper/80 p-4 backdrop-blur-sm">
          <div className="flex size-full flex-col items-center justify-center gap-3 rounded-lg border-2 border-dashed border-accent bg-accent-wash">
            <ImagePlus aria-hidden className="size-10 text-accent" strokeWidth={1.5} />
            <p className="text-xl font-semibold">{t("uploads.drop")}</p>
            <p className="text-muted">{t("uploads.dropHint")}</p>
          </div>
        </div>
      )}
    </>
  );
}
