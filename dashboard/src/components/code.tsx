import { CopyButton } from './copy';
import { cx } from './cx';

/** Text for a program, with a button that copies it. */
export function CodeBlock({ code, label, className }: { code: string; label: string; className?: string }) {
  return (
    <section aria-label={label} className={cx('flex items-start rounded-md border bg-sunken', className)}>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        className="max-h-96 min-w-0 flex-1 overflow-auto p-3 font-mono text-xs leading-5 text-ink"
      >
        {code}
      </pre>
      <CopyButton text={code} label={`Copy ${label}`} className="m-1.5" />
    </section>
  );
}

/** JSON as a person would write it; anything else as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
