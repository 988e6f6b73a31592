import { CircleAlert, RotateCw } from 'lucide-react';
import type { ComponentType, ReactNode } from 'react';
import { Problem, Unreachable } from '@/api/problem';
import { Button } from './button';
import { CopyButton } from './copy';
import { cx } from './cx';

interface EmptyProps {
  icon?: ComponentType<{ className?: string; strokeWidth?: number }>;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Nothing is here, and what to do about it. */
export function Empty({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className="grid justify-items-center gap-2 px-6 py-14 text-center">
      {Icon && (
        <span className="mb-1 grid size-9 place-items-center rounded-lg border bg-sunken text-ink-3">
          <Icon className="size-[18px]" strokeWidth={1.5} />
        </span>
      )}
      <h2 className="text-sm font-semibold">{title}</h2>
      {children && <div className="max-w-md text-sm text-pretty text-ink-3">{children}</div>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

function words(problem: unknown): { title: string; message: string; requestId: string | undefined } {
  if (problem instanceof Unreachable)
    return { title: 'No connection', message: problem.message, requestId: undefined };
  if (problem instanceof Problem) {
    const title =
      problem.status === 404 ? 'Not found' : problem.status === 403 ? 'Not allowed' : 'That did not work';
    return { title, message: problem.message, requestId: problem.requestId };
  }
  return {
    title: 'Something broke on this page',
    message: problem instanceof Error ? problem.message : String(problem),
    requestId: undefined,
  };
}

function RequestId({ id }: { id: string | undefined }) {
  if (id === undefined) return null;
  return (
    <span className="inline-flex items-center gap-1 text-xs text-ink-2">
      Request <code className="font-mono text-2xs">{id}</code>
      <CopyButton text={id} label="Copy request id" />
    </span>
  );
}

/** A page or panel that could not be loaded. */
export function ErrorState({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const { title, message, requestId } = words(problem);
  return (
    <div role="alert" className="grid justify-items-center gap-2 px-6 py-14 text-center">
      <CircleAlert className="size-5 text-bad" strokeWidth={1.5} aria-hidden />
      <h2 className="text-sm font-semibold">{title}</h2>
      <p className="max-w-md text-sm text-pretty text-ink-2">{message}</p>
      <RequestId id={requestId} />
      {retry && (
        <Button onClick={retry} className="mt-2">
          <RotateCw className="size-3.5" aria-hidden /> Try again
        </Button>
      )}
    </div>
  );
}

/** What went wrong, within a form. */
export function ProblemNote({ problem, className }: { problem: unknown; className?: string }) {
  const { message, requestId } = words(problem);
  return (
    <div role="alert" className={cx('rounded-md bg-bad-soft px-3 py-2 text-sm text-ink', className)}>
      <p>{message}</p>
      <RequestId id={requestId} />
    </div>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx('block animate-pulse rounded-sm bg-line', className)} />;
}

export function LoadingRows({ rows = 6 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="grid gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-4" />
      ))}
    </div>
  );
}
