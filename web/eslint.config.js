import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const insidesOfFeatures = {
  // A feature's door is its index.ts; everything else in it is its own business.
  group: ["@/features/*/*"],
  message: "Import another feature through its index.ts.",
};

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.ts"] },
  ...tseslint.configs.recommendedTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": reactHooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-definitions": "error",
      "@typescript-eslint/prefer-nullish-coalescing": "off",
      // The router is told where to go by what is thrown.
      "@typescript-eslint/only-throw-error": [
        "error",
        { allow: [{ from: "package", package: "@tanstack/router-core", name: "Redirect" }] },
      ],
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  { files: ["src/**/*.tsx"], rules: { "max-lines": ["error", { max: 300 }] } },
  { files: ["src/**/*.ts"], ignores: ["**/*.test.ts"], rules: { "max-lines": ["error", { max: 400 }] } },
  {
    files: ["src/features/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [insidesOfFeatures, { group: ["@/app/*"], message: "A feature does not know the app." }] },
      ],
    },
  },
  {
    files: ["src/{ui,lib,api}/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@/features/*", "@/app/*"], message: "ui, lib and api know no feature." }] },
      ],
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
