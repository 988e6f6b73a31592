import type { ButtonHTMLAttributes } from 'react';
import { cx } from './cx';

type Kind = 'primary' | 'secondary' | 'quiet' | 'danger';

const KINDS: Record<Kind, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  secondary: 'bg-raised text-ink border border-edge/60 hover:bg-sunken hover:border-edge',
  quiet: 'text-ink-2 hover:bg-sunken hover:text-ink',
  danger: 'bg-raised text-bad border border-edge/60 hover:bg-bad-soft hover:border-bad',
};

/** The look of a button, for links that act as one. */
export function buttonClass(kind: Kind = 'secondary', small = false): string {
  return cx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors',
    'disabled:pointer-events-none disabled:opacity-50 aria-disabled:opacity-50',
    small ? 'h-7 px-2 text-xs' : 'h-8 px-3 text-sm',
    KINDS[kind],
  );
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  small?: boolean;
  busy?: boolean;
}

export function Button({ kind, small, busy, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(buttonClass(kind, small), className)}
    >
      {children}
    </button>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
}

export function IconButton({ label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cx(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-3 transition-colors hover:bg-sunken hover:text-ink disabled:opacity-40',
        className,
      )}
    />
  );
}
