import type { ReactNode } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';
import { Button } from '@/components/button';
import { useSave } from '@/components/form';
import { ProblemNote } from '@/components/states';
import { useMay } from '../access/session';

interface SettingsFrameProps<Values extends FieldValues> {
  form: UseFormReturn<Values>;
  save(values: Values): Promise<void>;
  children: ReactNode;
}

/** The settings of a webhook on its page: saved or taken back as a whole, and only read by who may not change them. */
export function SettingsFrame<Values extends FieldValues>({
  form,
  save,
  children,
}: SettingsFrameProps<Values>) {
  const may = useMay('manager');
  const { submit, problem, busy } = useSave(form, save);
  return (
    <form
      noValidate
      className="grid max-w-3xl gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <fieldset disabled={!may} className="min-w-0">
        {children}
      </fieldset>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {may && (
        <div className="flex gap-2">
          <Button type="submit" kind="primary" busy={busy} disabled={!form.formState.isDirty}>
            Save settings
          </Button>
          {form.formState.isDirty && <Button onClick={() => form.reset()}>Undo</Button>}
        </div>
      )}
    </form>
  );
}
