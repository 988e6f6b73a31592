import { type ReactNode, useEffect } from 'react';
import { cx } from './cx';

interface PageProps {
  title: string;
  /** In the browser's tab, if the title alone says too little. */
  tab?: string;
  lead?: ReactNode;
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** Every page: a head with what it is and what can be done, then its content. */
export function Page({ title, tab, lead, above, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${tab ?? title} · Hookline`;
  }, [title, tab]);
  return (
    <div className="mx-auto w-full max-w-[1480px] px-4 pt-5 pb-16 sm:px-7">
      {above && <div className="mb-1.5 text-xs text-ink-3">{above}</div>}
      <header className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 className="text-xl font-semibold">{title}</h1>
          {lead && <div className="mt-1 max-w-2xl text-sm text-pretty text-ink-3">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  count?: number;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  flush?: boolean;
}

/** A titled panel. */
export function Section({ title, count, actions, children, className, flush }: SectionProps) {
  return (
    <section className={cx('min-w-0 rounded-lg border bg-ground', className)}>
      <header className="flex min-h-10 items-center gap-2 border-b px-4 py-1.5">
        <h2 className="text-sm font-semibold">{title}</h2>
        {count !== undefined && <span className="tnum text-xs text-ink-3">{count}</span>}
        {actions && <div className="ml-auto flex items-center gap-1">{actions}</div>}
      </header>
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  );
}

/** Names and values in a grid. */
export function Facts({
  facts,
  columns = 'sm:grid-cols-2',
}: {
  facts: [string, ReactNode][];
  columns?: string;
}) {
  return (
    <dl className={cx('grid grid-cols-1 gap-x-6 gap-y-3', columns)}>
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-ink-3">{name}</dt>
          <dd className="mt-0.5 text-sm break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
