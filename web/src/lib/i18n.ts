import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import english from "@/locales/en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof english };
  }
}

void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: english } },
  interpolation: { escapeValue: false }, // React escapes.
});

/** For words outside components; inside them useTranslation. */
export const t = i18next.t.bind(i18next);
