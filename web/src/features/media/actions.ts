import { api, asProblem, type Bulk, type Media, type MediaUpdate, queryClient, unwrap } from "@/api";
import { t } from "@/lib/i18n";
import { notify } from "@/lib/notifications";

import { mediaKeys } from "./keys";
import { library } from "./library";

/** The most ids that one bulk call takes. */
const BULK_LIMIT = 10_000;

async function bulk(ids: readonly string[], rest: Omit<Bulk, "media_ids">): Promise<void> {
  for (let from = 0; from < ids.length; from += BULK_LIMIT) {
    await unwrap(api.POST("/api/v1/media/bulk", { body: { ...rest, media_ids: ids.slice(from, from + BULK_LIMIT) } }));
  }
}

function patchDetails(ids: readonly string[], change: (media: Media) => Media): () => void {
  const undo = ids.map((id) => {
    const key = mediaKeys.detail(id);
    const before = queryClient.getQueryData<Media>(key);
    if (before) queryClient.setQueryData<Media>(key, change(before));
    return () => void queryClient.setQueryData(key, before);
  });
  return () => undo.forEach((one) => one());
}

/** Does it on the screen at once, then on the server; if that fails, takes it back and says why. */
async function optimistically(work: () => Promise<unknown>, undo: readonly (() => void)[]): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    for (const one of undo) one();
    notify({ tone: "error", text: asProblem(error).message });
    return false;
  }
}

export async function setFavourite(ids: readonly string[], favourite: boolean): Promise<void> {
  const undo = [
    library.patch(ids, (tile) => ({ ...tile, favourite })),
    patchDetails(ids, (media) => ({ ...media, favourite })),
  ];
  if (await optimistically(() => bulk(ids, { action: "update", update: { favourite } }), undo)) library.refreshLists();
}

export async function setRating(ids: readonly string[], rating: number | null): Promise<void> {
  const undo = [patchDetails(ids, (media) => ({ ...media, rating }))];
  const isDone = await optimistically(() => bulk(ids, { action: "update", update: { rating } }), undo);
  if (isDone && ids.length > 1) {
    notify({ tone: "success", text: t("actions.rated", { count: ids.length, rating: rating ?? 0 }) });
  }
}

/** Added and removed by name: a whole list would take away what another window, or the change before, has just added. */
async function sendTags(ids: readonly string[], add: readonly string[], remove: readonly string[]): Promise<void> {
  if (add.length > 0) await bulk(ids, { action: "add_tags", tags: [...add] });
  if (remove.length > 0) await bulk(ids, { action: "remove_tags", tags: [...remove] });
  void queryClient.invalidateQueries({ queryKey: mediaKeys.tags });
}

function patchTags(ids: readonly string[], add: readonly string[], remove: readonly string[]): () => void {
  return patchDetails(ids, (media) => ({
    ...media,
    tags: [...media.tags.filter((tag) => !remove.includes(tag) && !add.includes(tag)), ...add],
  }));
}

export async function changeTags(
  ids: readonly string[],
  add: readonly string[],
  remove: readonly string[],
): Promise<boolean> {
  return optimistically(() => sendTags(ids, add, remove), [patchTags(ids, add, remove)]);
}

/** Makes the tags of one media those of its field, where `media` is shown; throws the problem, for that field. */
export async function updateTags(media: Media, tags: readonly string[]): Promise<void> {
  const add = tags.filter((tag) => !media.tags.includes(tag));
  const remove = media.tags.filter((tag) => !tags.includes(tag));
  const undo = patchTags([media.id], add, remove);
  try {
    await sendTags([media.id], add, remove);
  } catch (error) {
    undo();
    throw error;
  }
}

/** Saves a change of one media; throws the problem, for the field at which it shall stand. */
export async function updateMedia(id: string, update: MediaUpdate): Promise<void> {
  // What is written stands in its own field already; taking it back would throw it away there.
  const isWritten = "title" in update || "caption" in update || "taken_at" in update;
  const undo = isWritten ? () => undefined : patchDetails([id], (media) => ({ ...media, ...update }) as Media);
  try {
    const media = await unwrap(
      api.PATCH("/api/v1/media/{media_id}", { params: { path: { media_id: id } }, body: update }),
    );
    queryClient.setQueryData(mediaKeys.detail(id), media);
    if ("title" in update)
      library.patch([id], (tile) => (tile.name === null ? tile : { ...tile, name: media.title ?? media.filename }));
    if ("taken_at" in update) library.timeline.distrust();
  } catch (error) {
    undo();
    throw error;
  }
}

export async function trashMedia(ids: readonly string[]): Promise<void> {
  const trashed_at = new Date().toISOString();
  const undo = [library.remove(ids, "library"), patchDetails(ids, (media) => ({ ...media, trashed_at }))];
  if (!(await optimistically(() => bulk(ids, { action: "trash" }), undo))) return;
  library.refreshLists();
  notify({
    tone: "plain",
    text: t("actions.trashed", { count: ids.length }),
    action: {
      label: t("common.undo"),
      run: () => {
        for (const one of undo) one();
        void restoreMedia(ids, true);
      },
    },
  });
}

export async function restoreMedia(ids: readonly string[], isUndo = false): Promise<void> {
  const undo = [
    library.remove(ids, "trash"),
    patchDetails(ids, (media) => ({ ...media, trashed_at: null, purge_at: null })),
  ];
  if (!(await optimistically(() => bulk(ids, { action: "restore" }), undo))) return;
  library.refresh();
  if (!isUndo) notify({ tone: "success", text: t("actions.restored", { count: ids.length }) });
}

/** Throws the problem, for the dialog that asked. */
export async function deleteForever(ids: readonly string[]): Promise<void> {
  await bulk(ids, { action: "delete" });
  library.remove(ids, "everywhere");
  notify({ tone: "plain", text: t("actions.deleted", { count: ids.length }) });
}

/** Throws the problem, for the dialog that asked. */
export async function emptyTrash(): Promise<void> {
  const { deleted } = await unwrap(api.DELETE("/api/v1/media/trash"));
  library.refreshLists();
  notify({ tone: "plain", text: t("actions.deleted", { count: deleted }) });
}

export async function retryVariants(id: string): Promise<void> {
  try {
    await unwrap(api.POST("/api/v1/media/{media_id}/retry", { params: { path: { media_id: id } } }));
    library.patch([id], (tile) => ({ ...tile, state: "pending" }));
    patchDetails([id], (media) => ({ ...media, variants: "pending", failure: null }));
    notify({ tone: "plain", text: t("actions.retrying") });
  } catch (error) {
    notify({ tone: "error", text: asProblem(error).message });
  }
}

/** Lets the browser fetch the originals one after the other, each under its own name. */
export function downloadOriginals(ids: readonly string[]): void {
  ids.forEach((id, index) => {
    setTimeout(() => {
      const link = document.createElement("a");
      link.href = `/api/v1/media/${id}/data?download=1`;
      link.download = "";
      document.body.append(link);
      link.click();
      link.remove();
    }, index * 400);
  });
}
