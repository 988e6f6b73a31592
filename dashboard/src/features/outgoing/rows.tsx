import { X } from 'lucide-react';
import { type FieldPath, get, type UseFormReturn } from 'react-hook-form';
import { IconButton } from '@/components/button';
import { Input } from '@/components/field';
import type { OutgoingForm } from './form';

interface RowTextProps {
  form: UseFormReturn<OutgoingForm>;
  name: FieldPath<OutgoingForm>;
  label: string;
  placeholder?: string;
  type?: 'password';
  className?: string;
}

/** A short text in a row of several; its label is for screen readers. */
export function RowText({ form, name, label, placeholder, type, className = 'sm:w-44' }: RowTextProps) {
  const error: { message?: string } | undefined = get(form.formState.errors, name);
  return (
    <div className={`w-full ${className}`}>
      <Input
        aria-label={label}
        aria-invalid={error !== undefined}
        placeholder={placeholder ?? 'name'}
        className="font-mono text-xs"
        {...(type ? { type, autoComplete: 'new-password' } : {})}
        {...form.register(name)}
      />
      {error?.message && <p className="mt-1 text-xs text-bad">{error.message}</p>}
    </div>
  );
}

export function RemoveRow({ label, onClick }: { label: string; onClick(): void }) {
  return (
    <IconButton label={label} className="size-8" onClick={onClick}>
      <X className="size-3.5" aria-hidden />
    </IconButton>
  );
}
