export { mediaEvents } from "./events";
export { mediaKeys } from "./keys";
export { library } from "./library";
export { MediaMention } from "./mention";
export { BrowseLayout } from "./places/browse-layout";
export { readPlaceSearch, readViewerSearch } from "./places/place";
export { SearchField } from "./search/search-field";
