import type { RequestLine } from '@/api/types';
import { cx } from '@/components/cx';
import { plural } from '@/components/format';

const TICKS = 40;

/** The newest requests as ticks, oldest left: the eye sees at once whether something is wrong. */
export function RequestStrip({ requests }: { requests: RequestLine[] }) {
  const shown = requests.slice(0, TICKS).reverse();
  const bad = shown.filter((request) => request.status >= 400).length;
  return (
    <span
      role="img"
      aria-label={`${plural(shown.length, 'request')}, of which ${bad} refused`}
      className="inline-flex h-5 items-end gap-[2px]"
    >
      {Array.from({ length: TICKS - shown.length }, (_, at) => (
        <span key={`empty-${at}`} className="h-1 w-[3px] rounded-full bg-line" />
      ))}
      {shown.map((request) => (
        <span
          key={request.id}
          className={cx(
            'w-[3px] rounded-full',
            request.status < 300 ? 'h-3 bg-ok/70' : request.status < 500 ? 'h-5 bg-warn' : 'h-5 bg-bad',
          )}
        />
      ))}
    </span>
  );
}
