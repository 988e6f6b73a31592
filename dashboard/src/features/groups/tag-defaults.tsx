import type { FieldPath, FieldValues, UseFormReturn } from 'react-hook-form';
import { AreaField } from '@/components/form';
import { plural } from '@/components/format';
import { Nothing } from '@/components/values';

/** How many tags a campaign or publisher gives its calls. */
export function TagDefaults({ tags }: { tags: object | null | undefined }) {
  const count = Object.keys(tags ?? {}).length;
  if (count === 0) return <Nothing />;
  return <span className="font-mono text-xs text-ink-2">{plural(count, 'tag')}</span>;
}

interface FieldProps<V extends FieldValues> {
  form: UseFormReturn<V>;
  name: FieldPath<V>;
  placeholder: string;
}

export function TagDefaultsField<V extends FieldValues>({ form, name, placeholder }: FieldProps<V>) {
  return (
    <AreaField
      form={form}
      name={name}
      label="Tag defaults"
      optional
      rows={4}
      className="font-mono text-xs"
      placeholder={placeholder}
      hint="One tag on a line. Its calls have them unless a later source says otherwise."
    />
  );
}
