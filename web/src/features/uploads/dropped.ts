export interface PickedFile {
  file: File;
  path: string;
}

/** Names that look like pictures, or like nothing: the server decides by content, this only skips what cannot be one. */
const NOT_PICTURES =
  /\.(txt|md|pdf|docx?|xlsx?|zip|rar|7z|gz|mp3|wav|mp4|mov|avi|mkv|json|xml|html?|css|js|ts|py|exe|db|ini|svg)$/i;
const HIDDEN = /^(\.|Thumbs\.db$|desktop\.ini$|__MACOSX)/;

function isWanted(name: string): boolean {
  return !HIDDEN.test(name) && !NOT_PICTURES.test(name);
}

function readAll(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  // A reader gives at most a hundred entries a call.
  return new Promise((resolve, reject) => {
    const found: FileSystemEntry[] = [];
    const next = () =>
      reader.readEntries((entries) => {
        if (entries.length === 0) resolve(found);
        else {
          found.push(...entries);
          next();
        }
      }, reject);
    next();
  });
}

async function walk(entry: FileSystemEntry, isInFolder: boolean): Promise<PickedFile[]> {
  if (entry.isDirectory) {
    if (HIDDEN.test(entry.name)) return [];
    const inside = await readAll((entry as FileSystemDirectoryEntry).createReader());
    const nested = await Promise.all(inside.map((one) => walk(one, true)));
    return nested.flat();
  }
  // A file that was dropped by itself is always tried, so that its person hears why it is refused.
  if (isInFolder && !isWanted(entry.name)) return [];
  const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
  return [{ file, path: entry.fullPath.replace(/^\//, "") }];
}

/** All files of a drop, folders included. Must be called in the drop event itself: the browser empties it afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<PickedFile[]> {
  const entries = Array.from(transfer.items, (item) => (item.kind === "file" ? item.webkitGetAsEntry() : null));
  const plain = pickedFiles(transfer.files);
  const found = entries.filter((entry) => entry !== null);
  if (found.length === 0) return plain;
  return (await Promise.all(found.map((entry) => walk(entry, false)))).flat();
}

/** Files of a picker or the clipboard. */
export function pickedFiles(files: FileList | readonly File[]): PickedFile[] {
  return Array.from(files, (file) => ({ file, path: file.webkitRelativePath || file.name })).filter(
    ({ file }) => file.webkitRelativePath === "" || isWanted(file.name),
  );
}
