import { Store } from "@/lib/store";

/** How many of the files that were sent last are kept in reach. */
const KEPT = 400;
const WIDTH = 512;

interface Painter {
  /** The address of a small picture of the file; throws where the browser cannot decode it. */
  paint: (file: File) => Promise<string>;
  release: (address: string) => void;
}

/** What this page sent can be seen here before the server has made thumbnails of it. */
export class LocalPictures {
  /** Addresses by media. */
  readonly addresses = new Store<ReadonlyMap<string, string>>(new Map());

  private readonly files = new Map<string, File>();
  private readonly wanted = new Set<string>();
  private queue = Promise.resolve();

  constructor(private readonly painter: Painter) {}

  /** Remembers the file of a media that was just stored. */
  keep(mediaId: string, file: File): void {
    this.files.set(mediaId, file);
    const oldest = this.files.keys().next().value;
    if (this.files.size > KEPT && oldest !== undefined) this.drop(oldest);
    if (this.wanted.has(mediaId)) this.begin(mediaId);
  }

  /** Draws the picture of a media, now or as soon as its file is known; other people's never are. */
  want(mediaId: string): void {
    if (this.wanted.has(mediaId)) return;
    this.wanted.add(mediaId);
    if (this.files.has(mediaId)) this.begin(mediaId);
  }

  /** Forgets a media whose thumbnails are there. */
  drop(mediaId: string): void {
    this.files.delete(mediaId);
    this.wanted.delete(mediaId);
    const address = this.addresses.get().get(mediaId);
    if (address === undefined) return;
    this.change((all) => all.delete(mediaId));
    this.painter.release(address);
  }

  private begin(mediaId: string): void {
    // One after the other: decoding a dozen large photographs at once would leave no memory for anything else.
    this.queue = this.queue.then(() => this.draw(mediaId));
  }

  private async draw(mediaId: string): Promise<void> {
    const file = this.files.get(mediaId);
    if (!file) return;
    try {
      const address = await this.painter.paint(file);
      if (this.files.has(mediaId)) this.change((all) => all.set(mediaId, address));
      else this.painter.release(address);
    } catch {
      // What the browser cannot decode waits for its thumbnail.
    }
  }

  private change(work: (all: Map<string, string>) => void): void {
    this.addresses.set((before) => {
      const all = new Map(before);
      work(all);
      return all;
    });
  }
}

async function paintSmall(file: File): Promise<string> {
  const bitmap = await createImageBitmap(file, { resizeWidth: WIDTH, resizeQuality: "medium" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return URL.createObjectURL(await canvas.convertToBlob({ type: "image/webp", quality: 0.8 }));
}

export const localPictures = new LocalPictures({
  paint: paintSmall,
  release: (address) => URL.revokeObjectURL(address),
});
