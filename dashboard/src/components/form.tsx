import { type ComponentProps, type ReactNode, useState } from 'react';
import { type FieldPath, type FieldValues, get, type UseFormReturn } from 'react-hook-form';
import { Problem } from '@/api/problem';
import { Button } from './button';
import { Check, Field, Input, Select, Textarea } from './field';
import { Sheet } from './overlay';
import { ProblemNote } from './states';

interface Bound<V extends FieldValues> {
  form: UseFormReturn<V>;
  name: FieldPath<V>;
  label: string;
  hint?: ReactNode;
  optional?: boolean;
  className?: string;
}

function errorOf<V extends FieldValues>(form: UseFormReturn<V>, name: string): string | undefined {
  const error: { message?: string } | undefined = get(form.formState.errors, name);
  return error?.message;
}

type TextProps<V extends FieldValues> = Bound<V> & Omit<ComponentProps<'input'>, 'form' | 'name'>;

/** A text input of a form. */
export function TextField<V extends FieldValues>(props: TextProps<V>) {
  const { form, name, label, hint, optional, className, ...rest } = props;
  return (
    <Field
      label={label}
      hint={hint}
      error={errorOf(form, name)}
      {...(optional ? { optional } : {})}
      {...(className ? { className } : {})}
    >
      {(control) => <Input {...rest} {...control} {...form.register(name)} />}
    </Field>
  );
}

export function AreaField<V extends FieldValues>(
  props: Bound<V> & Omit<ComponentProps<'textarea'>, 'form' | 'name'>,
) {
  const { form, name, label, hint, optional, className, ...rest } = props;
  return (
    <Field label={label} hint={hint} error={errorOf(form, name)} {...(optional ? { optional } : {})}>
      {(control) => <Textarea {...rest} className={className} {...control} {...form.register(name)} />}
    </Field>
  );
}

export function SelectField<V extends FieldValues>(props: Bound<V> & { children: ReactNode }) {
  const { form, name, label, hint, optional, className, children } = props;
  return (
    <Field
      label={label}
      hint={hint}
      error={errorOf(form, name)}
      {...(optional ? { optional } : {})}
      {...(className ? { className } : {})}
    >
      {(control) => (
        <Select {...control} {...form.register(name)}>
          {children}
        </Select>
      )}
    </Field>
  );
}

export function CheckField<V extends FieldValues>({ form, name, label, hint }: Bound<V>) {
  return <Check label={label} hint={hint} {...form.register(name)} />;
}

/** Sends a form; what the server objects to is shown at its field, or by the returned problem. */
export function useSave<V extends FieldValues>(
  form: UseFormReturn<V>,
  save: (values: V) => Promise<unknown>,
): { submit: () => Promise<void>; problem: unknown; busy: boolean; clear: () => void } {
  const [problem, setProblem] = useState<unknown>();
  const submit = form.handleSubmit(async (values) => {
    setProblem(undefined);
    try {
      await save(values);
    } catch (error) {
      const field = error instanceof Problem ? error.field : undefined;
      const at = field === undefined ? undefined : place(values, field);
      if (at === undefined) setProblem(error);
      else form.setError(at as FieldPath<V>, { message: (error as Problem).message }, { shouldFocus: true });
    }
  });
  return {
    submit: () => submit(),
    problem,
    busy: form.formState.isSubmitting,
    clear: () => setProblem(undefined),
  };
}

/** The form's field for the server's name of it: `settings.lookback_seconds`, or its last part. */
export function place(values: object, field: string): string | undefined {
  const path = field.replaceAll('[', '.').replaceAll(']', '');
  if (get(values, path) !== undefined) return path;
  const parts = path.split('.');
  return [parts.at(-1), parts[0]].find((part) => part !== undefined && part in values);
}

interface FormSheetProps<V extends FieldValues> {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  description?: ReactNode;
  form: UseFormReturn<V>;
  save(values: V): Promise<unknown>;
  deed: string;
  children: ReactNode;
  wide?: boolean;
}

/** A form in a side panel that closes when it is saved. */
export function FormSheet<V extends FieldValues>(props: FormSheetProps<V>) {
  const { open, onOpenChange, title, description, form, save, deed, children, wide } = props;
  const { submit, problem, busy, clear } = useSave(form, async (values) => {
    await save(values);
    onOpenChange(false);
  });
  return (
    <Sheet
      open={open}
      onOpenChange={(next) => {
        clear();
        onOpenChange(next);
      }}
      title={title}
      description={description}
      {...(wide ? { wide } : {})}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button kind="primary" busy={busy} onClick={() => void submit()}>
            {deed}
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {children}
        {problem !== undefined && <ProblemNote problem={problem} />}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </form>
    </Sheet>
  );
}
