import { notify } from "@/lib/notifications";
import { t } from "@/lib/i18n";

import { type PickedFile, pickedFiles } from "./dropped";
import { UploadQueue } from "./queue";
import { transfer } from "./transfer";

export const uploads = new UploadQueue(transfer);

export function upload(files: readonly PickedFile[]): void {
  if (files.length === 0) notify({ tone: "plain", text: t("uploads.nothing") });
  else uploads.add(files);
}

function pick(isFolder: boolean): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  if (isFolder) input.webkitdirectory = true;
  else input.accept = "image/*,.heic,.heif,.avif,.tif,.tiff";
  input.onchange = () => {
    if (input.files) upload(pickedFiles(input.files));
  };
  input.click();
}

export const pickFiles = (): void => pick(false);
export const pickFolder = (): void => pick(true);
