import { type FormEvent, useState } from "react";

import { asProblem, fieldErrors, type Problem } from "@/api";

export interface Form {
  isBusy: boolean;
  /** Messages by field. */
  fields: Record<string, string | undefined>;
  /** What stands at no field. */
  problem: Problem | null;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

/** Sends a form; what the server refuses stands at its field, and what was typed stays. */
export function useForm(send: () => Promise<unknown>, check: () => Record<string, string> = () => ({})): Form {
  const [isBusy, setBusy] = useState(false);
  const [fields, setFields] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const showAtFields = (found: Record<string, string>, form: HTMLFormElement) => {
    setFields(found);
    // Once the messages stand there: the first of them is where the person has to go on.
    setTimeout(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  const submit = async (form: HTMLFormElement) => {
    const found = check();
    setFields({});
    setProblem(null);
    if (Object.keys(found).length > 0) {
      showAtFields(found, form);
      return;
    }
    setBusy(true);
    try {
      await send();
    } catch (error) {
      const atFields = fieldErrors(error);
      showAtFields(atFields, form);
      if (Object.keys(atFields).length === 0) setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return {
    isBusy,
    fields,
    problem,
    onSubmit: (event) => {
      event.preventDefault();
      void submit(event.currentTarget);
    },
  };
}
