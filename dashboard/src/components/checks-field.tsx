import type { ReactNode } from 'react';
import { Controller, type FieldPath, type FieldValues, get, type UseFormReturn } from 'react-hook-form';
import { cx } from './cx';
import { Check } from './field';

type FieldProblem = { message?: string } | ({ message?: string } | undefined)[] | undefined;

interface ChecksFieldProps<V extends FieldValues> {
  form: UseFormReturn<V>;
  /** A list of the chosen values. */
  name: FieldPath<V>;
  label: string;
  /** If what stands before says it already. */
  unlabelled?: boolean;
  choices: { value: string; label: string; hint?: ReactNode }[];
  columns?: boolean;
  /** If there is nothing to choose from. */
  none?: ReactNode;
}

/** Any of several, each with a box of its own. */
export function ChecksField<V extends FieldValues>(props: ChecksFieldProps<V>) {
  const { form, name, label, unlabelled, choices, columns, none } = props;
  const error: FieldProblem = get(form.formState.errors, name);
  // The server may object to one of the list.
  const message = Array.isArray(error) ? error.find(Boolean)?.message : error?.message;
  return (
    <Controller
      control={form.control}
      name={name}
      render={({ field }) => {
        const chosen: string[] = field.value;
        return (
          <fieldset className={cx(unlabelled && 'ml-6')}>
            <legend className={unlabelled ? 'sr-only' : 'mb-1.5 text-xs font-medium text-ink-2'}>
              {label}
            </legend>
            <div className={cx('grid gap-x-6 gap-y-1.5', columns && 'sm:grid-cols-2')}>
              {choices.map(({ value, label: text, hint }) => (
                <Check
                  key={value}
                  label={text}
                  hint={hint}
                  checked={chosen.includes(value)}
                  onChange={({ target }) =>
                    field.onChange(
                      target.checked ? [...chosen, value] : chosen.filter((each) => each !== value),
                    )
                  }
                />
              ))}
            </div>
            {choices.length === 0 && none && <p className="text-xs text-ink-3">{none}</p>}
            {message && <p className="mt-1 text-xs text-bad">{message}</p>}
          </fieldset>
        );
      }}
    />
  );
}

/** Things with a name, to choose from. */
export const named = (all: { id: string; name: string }[]) =>
  all.map(({ id, name }) => ({ value: id, label: name }));
