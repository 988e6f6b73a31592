import { Plus, X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { Button, IconButton } from '@/components/button';
import { cx } from '@/components/cx';
import { Field, Input, Select, Textarea } from '@/components/field';
import { type Node, put } from '../graph';

/** What every form of a node gets. */
export interface FormProps {
  node: Node;
  editable: boolean;
  onChange(node: Node, field: string): void;
  /** What the server said of a field, or of something within it. */
  errorOf(field: string): string | undefined;
}

interface RowProps extends FormProps {
  field: string;
  label: string;
  hint?: ReactNode;
  optional?: boolean;
  placeholder?: string;
  mono?: boolean;
  className?: string;
}

const shown = (value: unknown) => (value === undefined || value === null ? '' : String(value));

export function TextRow(props: RowProps & { rows?: number }) {
  const { node, editable, onChange, errorOf, field, label, hint, optional, placeholder, mono, rows } = props;
  const common = {
    value: shown(node[field]),
    placeholder,
    readOnly: !editable,
    className: cx(mono && 'font-mono text-xs'),
    onChange: (event: { target: { value: string } }) => {
      const { value } = event.target;
      onChange(put(node, field, value === '' && optional ? undefined : value), field);
    },
  };
  return (
    <Field label={label} hint={hint} error={errorOf(field)} {...(optional ? { optional } : {})}>
      {(control) =>
        rows === undefined ? (
          <Input {...control} {...common} />
        ) : (
          <Textarea {...control} {...common} rows={rows} />
        )
      }
    </Field>
  );
}

/** Text that is no number goes as it is: the server says what is wrong with it. */
export function toNumber(value: string): number | string | undefined {
  if (value.trim() === '') return undefined;
  return Number.isFinite(Number(value)) ? Number(value) : value;
}

export function NumberRow(props: RowProps) {
  const { node, editable, onChange, errorOf, field, label, hint, placeholder, className } = props;
  return (
    <Field label={label} hint={hint} error={errorOf(field)} {...(className ? { className } : {})}>
      {(control) => (
        <Input
          {...control}
          inputMode="numeric"
          placeholder={placeholder}
          readOnly={!editable}
          value={shown(node[field])}
          onChange={(event) => onChange(put(node, field, toNumber(event.target.value)), field)}
        />
      )}
    </Field>
  );
}

export function SelectRow(props: RowProps & { choices: [value: string, label: string][] }) {
  const { node, editable, onChange, errorOf, field, label, hint, choices } = props;
  const value = shown(node[field]);
  const known = value === '' || choices.some(([each]) => each === value);
  return (
    <Field label={label} hint={hint} error={errorOf(field)}>
      {(control) => (
        <Select
          {...control}
          disabled={!editable}
          value={value}
          onChange={(event) => onChange(put(node, field, event.target.value || undefined), field)}
        >
          {choices.map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
          {!known && <option value={value}>{value}</option>}
        </Select>
      )}
    </Field>
  );
}

interface ListProps<T> {
  label: string;
  add: string;
  items: T[];
  fresh: T;
  editable: boolean;
  error?: string | undefined;
  hint?: ReactNode;
  onChange(items: T[]): void;
  row(item: T, change: (item: T) => void, at: number): ReactNode;
}

/** Rows that can be added and taken away. */
export function ListRows<T>(props: ListProps<T>) {
  const { label, add, items, fresh, editable, error, hint, onChange, row } = props;
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 text-xs font-medium text-ink-2">{label}</legend>
      {items.map((item, at) => (
        <div key={at} className="flex items-start gap-1">
          <div className="grid min-w-0 flex-1 grid-flow-col auto-cols-fr gap-1.5">
            {row(item, (next) => onChange(items.map((each, place) => (place === at ? next : each))), at)}
          </div>
          {editable && (
            <IconButton
              label={`Remove ${at + 1} of ${label.toLowerCase()}`}
              className="size-8"
              onClick={() => onChange(items.filter((_, place) => place !== at))}
            >
              <X className="size-3.5" aria-hidden />
            </IconButton>
          )}
        </div>
      ))}
      {error && <p className="text-xs text-bad">{error}</p>}
      {hint && <p className="text-xs text-ink-3">{hint}</p>}
      {editable && (
        <div>
          <Button small kind="quiet" onClick={() => onChange([...items, fresh])}>
            <Plus className="size-3.5" aria-hidden /> {add}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

/** For editors that keep text of their own: a new key when somebody else, such as undo, changed the value. */
export function useOwn<T>(value: T, onChange: (value: T) => void): { key: number; own: (value: T) => void } {
  const last = useRef(value);
  const key = useRef(0);
  if (value !== last.current) {
    last.current = value;
    key.current += 1;
  }
  return {
    key: key.current,
    own: (next) => {
      last.current = next;
      onChange(next);
    },
  };
}
