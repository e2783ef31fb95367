import { thumbHashToDataURL } from "thumbhash";

const KEPT = 2_000;
const decoded = new Map<string, string>();

/** A thumbhash (base64) as an address for an image; null where it cannot be read. The newest 2,000 are kept. */
export function placeholderUrl(thumbhash: string | null): string | null {
  if (thumbhash === null) return null;
  const known = decoded.get(thumbhash);
  if (known !== undefined) return known;
  try {
    const bytes = Uint8Array.from(atob(thumbhash), (letter) => letter.charCodeAt(0));
    const url = thumbHashToDataURL(bytes);
    if (decoded.size >= KEPT) decoded.delete(decoded.keys().next().value ?? "");
    decoded.set(thumbhash, url);
    return url;
  } catch {
    return null;
  }
}
