import { Field, Select } from '@/components/field';

interface PickProps {
  label: string;
  none: string;
  value: string;
  all: { id: string; name: string }[];
  error?: string | undefined;
  onChange(id: string): void;
}

/** One of what there is by its name, or none. */
export function Pick({ label, none, value, all, error, onChange }: PickProps) {
  return (
    <Field label={label} error={error}>
      {(control) => (
        <Select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{none}</option>
          {all.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
