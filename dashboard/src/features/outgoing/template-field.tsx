import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import {
  type FieldPath,
  type FieldPathValue,
  type FieldValues,
  get,
  type UseFormReturn,
} from 'react-hook-form';
import { Field, Input, Select, Textarea } from '@/components/field';
import { customTagsQuery } from '../custom-tags/queries';
import { SYSTEM_TAGS } from './template';

interface TemplateFieldProps<V extends FieldValues> {
  form: UseFormReturn<V>;
  name: FieldPath<V>;
  label: string;
  hint?: ReactNode;
  /** More than one line, of so many rows. */
  rows?: number;
  placeholder?: string;
  /** What is wrong with it before the server is asked. */
  problem?: string | undefined;
  /** The label is for screen readers only, in a list with a heading. */
  inRow?: boolean;
}

/** A text with `[TAG]`s, which are put in at the cursor. */
export function TemplateField<V extends FieldValues>(props: TemplateFieldProps<V>) {
  const { form, name, label, hint, rows, placeholder, problem, inRow } = props;
  const element = useRef<HTMLInputElement | HTMLTextAreaElement>(null);
  const { ref, ...registered } = form.register(name);
  const own = (node: HTMLInputElement | HTMLTextAreaElement | null) => {
    element.current = node;
    ref(node);
  };
  const insert = (tag: string) => {
    const { current } = element;
    if (current === null) return;
    const end = current.value.length;
    current.setRangeText(`[${tag}]`, current.selectionStart ?? end, current.selectionEnd ?? end, 'end');
    form.setValue(name, current.value as FieldPathValue<V, FieldPath<V>>, { shouldDirty: true });
    current.focus();
  };
  const said: { message?: string } | undefined = get(form.formState.errors, name);
  const error = said?.message ?? problem;
  const control = (given: object) => (
    <div className={rows === undefined ? 'flex gap-1.5' : 'grid gap-1.5'}>
      {rows === undefined ? (
        <Input {...given} {...registered} ref={own} placeholder={placeholder} className="font-mono text-xs" />
      ) : (
        <Textarea
          {...given}
          {...registered}
          ref={own}
          rows={rows}
          placeholder={placeholder}
          className="font-mono text-xs"
        />
      )}
      <TagPicker label={`Insert a tag into ${label}`} onPick={insert} />
    </div>
  );
  if (inRow) {
    return (
      <div className="min-w-0 flex-1">
        {control({ 'aria-label': label, 'aria-invalid': error !== undefined })}
        {error && <p className="mt-1 text-xs text-bad">{error}</p>}
      </div>
    );
  }
  return (
    <Field label={label} hint={hint} error={error}>
      {control}
    </Field>
  );
}

function TagPicker({ label, onPick }: { label: string; onPick(tag: string): void }) {
  const tags = useQuery(customTagsQuery).data ?? [];
  return (
    <Select
      aria-label={label}
      className="w-24 shrink-0"
      value=""
      onChange={(event) => event.target.value && onPick(event.target.value)}
    >
      <option value="">+ Tag</option>
      {tags.length > 0 && (
        <optgroup label="Custom tags">
          {tags.map((tag) => (
            <option key={tag.key}>{tag.key}</option>
          ))}
        </optgroup>
      )}
      <optgroup label="Of every call">
        {SYSTEM_TAGS.map((tag) => (
          <option key={tag}>{tag}</option>
        ))}
      </optgroup>
    </Select>
  );
}
