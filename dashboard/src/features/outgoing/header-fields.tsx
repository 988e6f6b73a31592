import { Plus } from 'lucide-react';
import { type UseFormReturn, useFieldArray } from 'react-hook-form';
import { Button } from '@/components/button';
import { Check } from '@/components/field';
import type { OutgoingForm } from './form';
import { RemoveRow, RowText } from './rows';
import { TemplateField } from './template-field';

/** Headers of every delivery; a secret one's value is kept by the server and never shown again. */
export function HeaderFields({ form }: { form: UseFormReturn<OutgoingForm> }) {
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'headers' });
  const headers = form.watch('headers');
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-xs font-medium text-ink-2">Headers</legend>
      {fields.map((field, at) => {
        const isSecret = headers[at]?.secret === true;
        const label = `Value of header ${at + 1}`;
        return (
          <div key={field.id} className="grid gap-1.5">
            <div className="flex flex-wrap items-start gap-1.5 sm:flex-nowrap">
              <RowText
                form={form}
                name={`headers.${at}.name`}
                label={`Name of header ${at + 1}`}
                placeholder="X-Api-Key"
              />
              {isSecret ? (
                <RowText
                  form={form}
                  name={`headers.${at}.value`}
                  label={label}
                  type="password"
                  placeholder={headers[at]?.kept ? 'kept; type to replace it' : 'value'}
                  className="min-w-0 flex-1"
                />
              ) : (
                <TemplateField
                  form={form}
                  inRow
                  name={`headers.${at}.value`}
                  label={label}
                  placeholder="value"
                />
              )}
              <RemoveRow label={`Remove header ${at + 1}`} onClick={() => remove(at)} />
            </div>
            <Check
              label="Secret: stored sealed and never shown again"
              className="text-ink-2"
              {...form.register(`headers.${at}.secret`)}
            />
          </div>
        );
      })}
      {fields.length === 0 && (
        <p className="text-xs text-ink-3">
          Add one if the receiver asks for a key. Content-Type and the signature are sent by themselves.
        </p>
      )}
      <div>
        <Button
          small
          kind="quiet"
          onClick={() => append({ name: '', value: '', secret: false, kept: false })}
        >
          <Plus className="size-3.5" aria-hidden /> Add header
        </Button>
      </div>
    </fieldset>
  );
}
