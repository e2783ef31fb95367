import { Heart, Images, ListChecks, type LucideIcon, Settings, Trash2 } from "lucide-react";

export interface PlaceLink {
  name: "library" | "favourites" | "jobs" | "trash" | "settings";
  to: "/" | "/favourites" | "/jobs" | "/trash" | "/settings";
  icon: LucideIcon;
  shortcut: string;
}

export const PLACES: readonly PlaceLink[] = [
  { name: "library", to: "/", icon: Images, shortcut: "g l" },
  { name: "favourites", to: "/favourites", icon: Heart, shortcut: "g f" },
];

export const SERVICES: readonly PlaceLink[] = [
  { name: "jobs", to: "/jobs", icon: ListChecks, shortcut: "g j" },
  { name: "trash", to: "/trash", icon: Trash2, shortcut: "g x" },
  { name: "settings", to: "/settings", icon: Settings, shortcut: "g ," },
];
