import { Store } from "./store";

/** Places in the frame that a page may fill; null while there is no frame. */
export const topBarSlot = new Store<HTMLElement | null>(null);
