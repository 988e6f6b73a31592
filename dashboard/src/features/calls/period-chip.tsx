import { X } from 'lucide-react';

interface PeriodChipProps {
  from: string | undefined;
  to: string | undefined;
  onClear(): void;
}

const FORMAT = new Intl.DateTimeFormat('en-US', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** A time that a link brought, such as a report's row; the ranges that one chooses end now. */
export function PeriodChip({ from, to, onClear }: PeriodChipProps) {
  const text = (at: string) => {
    const date = new Date(at);
    return Number.isNaN(date.getTime()) ? at : FORMAT.format(date);
  };
  const words = [from && text(from), to && text(to)];
  return (
    <span className="tnum inline-flex h-8 items-center gap-1 rounded-md border border-accent bg-accent-soft pl-2.5 text-sm text-accent-ink">
      {from ? (to ? words.join(' – ') : `From ${words[0]}`) : `Until ${words[1]}`}
      <button
        type="button"
        aria-label="Any time"
        title="Any time"
        onClick={onClear}
        className="grid size-7 place-items-center"
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </span>
  );
}
