import type { ReactNode } from 'react';
import { Logo } from '@/app/logo';

/** The frame of the pages before one is in. */
export function Gate({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh content-start justify-items-center bg-nav px-4 py-[10vh]">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-2.5 text-lg font-semibold">
          <Logo className="size-7" /> Hookline
        </div>
        <div className="rounded-lg border bg-raised p-6">
          <h1 className="text-lg font-semibold">{title}</h1>
          {lead && <p className="mt-1 text-sm text-pretty text-ink-3">{lead}</p>}
          <div className="mt-5">{children}</div>
        </div>
      </div>
    </main>
  );
}
