import { Plus } from 'lucide-react';
import { Controller, type UseFormReturn, useFieldArray } from 'react-hook-form';
import { Button } from '@/components/button';
import { CodeBlock } from '@/components/code';
import { Choices } from '@/components/field';
import { TextField } from '@/components/form';
import type { OutgoingForm } from './form';
import { RemoveRow, RowText } from './rows';
import { jsonProblem, preview } from './template';
import { TemplateField } from './template-field';

interface BodyProps {
  form: UseFormReturn<OutgoingForm>;
  /** Values of custom tags, for the preview. */
  samples: Record<string, string>;
}

/** What is sent: nothing, JSON, a form or any text. */
export function BodyFields({ form, samples }: BodyProps) {
  const [method, body] = form.watch(['method', 'body']);
  if (method === 'GET')
    return (
      <p className="text-xs text-ink-3">A GET request has no body: what is to be told stands in the URL.</p>
    );
  const wrong = body.type === 'json' ? jsonProblem(body.template) : undefined;
  return (
    <div className="grid gap-3">
      <Controller
        control={form.control}
        name="body.type"
        render={({ field }) => (
          <Choices
            label="Body"
            columns
            value={field.value}
            onChange={field.onChange}
            choices={[
              { value: 'json', label: 'JSON', hint: 'Values are escaped; numbers can stay numbers.' },
              { value: 'form', label: 'Form', hint: 'Fields, as a browser sends them.' },
              { value: 'raw', label: 'Other text', hint: 'XML or plain text, as you write it.' },
              { value: 'none', label: 'None', hint: 'All that is told stands in the URL.' },
            ]}
          />
        )}
      />
      {body.type === 'json' && (
        <>
          <TemplateField
            form={form}
            name="body.template"
            label="JSON"
            rows={9}
            problem={wrong}
            hint="A tag in quotes is text. Without quotes it is a number if it reads as one, and null if the call does not have it."
          />
          {wrong === undefined && <Preview text={preview(body.template, 'json', samples)} />}
        </>
      )}
      {body.type === 'form' && <FormBody form={form} />}
      {body.type === 'raw' && (
        <>
          <TextField
            form={form}
            name="body.content_type"
            label="Content type"
            placeholder="text/xml"
            className="max-w-xs"
          />
          <TemplateField
            form={form}
            name="body.template"
            label="Text"
            rows={9}
            hint="Tags are put in as they are: nothing is escaped."
          />
          <Preview text={preview(body.template, 'text', samples)} />
        </>
      )}
    </div>
  );
}

function Preview({ text }: { text: string }) {
  return (
    <div>
      <div className="mb-1 text-xs font-medium text-ink-2">As it would be sent, with made-up values</div>
      <CodeBlock label="preview" code={text} />
    </div>
  );
}

function FormBody({ form }: { form: UseFormReturn<OutgoingForm> }) {
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'body.fields' });
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-xs font-medium text-ink-2">Fields</legend>
      {fields.map((field, at) => (
        <div key={field.id} className="flex flex-wrap items-start gap-1.5 sm:flex-nowrap">
          <RowText form={form} name={`body.fields.${at}.name`} label={`Name of field ${at + 1}`} />
          <TemplateField
            form={form}
            inRow
            name={`body.fields.${at}.value`}
            label={`Value of field ${at + 1}`}
          />
          <RemoveRow label={`Remove field ${at + 1}`} onClick={() => remove(at)} />
        </div>
      ))}
      <div>
        <Button small kind="quiet" onClick={() => append({ name: '', value: '' })}>
          <Plus className="size-3.5" aria-hidden /> Add field
        </Button>
      </div>
    </fieldset>
  );
}
