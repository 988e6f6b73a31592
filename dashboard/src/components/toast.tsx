import { CircleAlert, CircleCheck } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Problem } from '@/api/problem';
import { CopyButton } from './copy';

const SHOWN_MS = 4_500;

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  requestId: string | undefined;
}

let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

function add(toast: Omit<Toast, 'id'>) {
  last += 1;
  const id = last;
  set([...toasts.slice(-2), { ...toast, id }]);
  setTimeout(() => set(toasts.filter((each) => each.id !== id)), SHOWN_MS * (toast.bad ? 2 : 1));
}

/** Says that something was done. */
export function say(text: string) {
  add({ text, bad: false, requestId: undefined });
}

/** Says that something failed, where no form is there to say it. */
export function sayProblem(problem: unknown) {
  const text = problem instanceof Error ? problem.message : String(problem);
  add({ text, bad: true, requestId: problem instanceof Problem ? problem.requestId : undefined });
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-50 grid w-[min(24rem,calc(100vw-2rem))] gap-2"
    >
      {shown.map((toast) => (
        <div
          key={toast.id}
          className="rise pointer-events-auto flex items-start gap-2.5 rounded-md border bg-raised px-3 py-2.5 text-sm shadow-float"
        >
          {toast.bad ? (
            <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
          ) : (
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />
          )}
          <div className="min-w-0">
            <p>{toast.text}</p>
            {toast.requestId && (
              <p className="flex items-center gap-1 text-xs text-ink-3">
                Request <code className="truncate font-mono text-2xs">{toast.requestId}</code>
                <CopyButton text={toast.requestId} label="Copy request id" />
              </p>
            )}
          </div>
        </div>
      ))}
    </div>
  );
}
