import { Store } from "./store";

export type Theme = "system" | "light" | "dark";
export type Density = "small" | "medium" | "large";

/** What this browser remembers of how its person likes the page. */
export interface Preferences {
  theme: Theme;
  density: Density;
  railCollapsed: boolean;
  inspectorOpen: boolean;
}

const KEY = "maquette.preferences";
const DEFAULTS: Preferences = { theme: "system", density: "medium", railCollapsed: false, inspectorOpen: false };

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

export const preferences = new Store<Preferences>(read());

export function setPreference<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  preferences.set((previous) => ({ ...previous, [name]: value }));
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.get()));
  } catch {
    // A browser that keeps nothing still gets the choice until it is closed.
  }
  applyTheme();
}

function applyTheme(): void {
  const { theme } = preferences.get();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
