import { ListFilter, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button';
import { cx } from './cx';

const TYPING_MS = 350;

const SHAPE =
  'h-8 rounded-md border border-edge/50 bg-raised text-sm hover:border-edge focus-visible:border-accent placeholder:text-ink-3';

/** Filters in a row; on a narrow screen behind a button. */
export function FilterBar({
  active,
  onClear,
  before,
  children,
}: {
  active: number;
  onClear(): void;
  /** What stands before the filters on any screen. */
  before?: ReactNode;
  children: ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <search aria-label="Filters" className="mb-3 flex flex-wrap items-center gap-2">
      {before}
      <Button className="sm:hidden" aria-expanded={open} onClick={() => setOpen(!open)}>
        <ListFilter className="size-3.5" aria-hidden /> Filters{active > 0 && ` · ${active}`}
      </Button>
      <div className={cx('contents', !open && 'max-sm:hidden')}>{children}</div>
      {active > 0 && (
        <Button kind="quiet" onClick={onClear}>
          <X className="size-3.5" aria-hidden /> Clear
        </Button>
      )}
    </search>
  );
}

interface TextFilterProps {
  label: string;
  value: string | undefined;
  onChange(value: string | undefined): void;
  first?: boolean;
  className?: string;
}

/** Filters while one types, but not at each key. */
export function TextFilter({ label, value, onChange, first, className = 'w-44' }: TextFilterProps) {
  const [text, setText] = useState(value ?? '');
  useEffect(() => setText(value ?? ''), [value]);
  useEffect(() => {
    if (text === (value ?? '')) return;
    const timer = setTimeout(() => onChange(text.trim() || undefined), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      aria-label={label}
      placeholder={label}
      value={text}
      data-first-filter={first || undefined}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(text.trim() || undefined);
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
      className={cx(SHAPE, 'px-2.5', className)}
    />
  );
}

interface ChoiceFilterProps {
  label: string;
  value: string | undefined;
  onChange(value: string | undefined): void;
  choices: [value: string, label: string][];
}

/** One of a few; "any" is none of them. */
export function ChoiceFilter({ label, value, onChange, choices }: ChoiceFilterProps) {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || undefined)}
      className={cx(
        SHAPE,
        'max-w-52 px-2 pr-1',
        value ? 'border-accent bg-accent-soft text-accent-ink' : 'text-ink-2',
      )}
    >
      <option value="">{label}</option>
      {choices.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
