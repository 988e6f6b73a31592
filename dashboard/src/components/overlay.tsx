import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { Button } from './button';
import { cx } from './cx';
import { ProblemNote } from './states';

interface OverlayProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}

function Head({ title, description }: { title: string; description?: ReactNode }) {
  return (
    <header className="flex items-start gap-3 border-b px-5 py-3.5">
      <div className="min-w-0 flex-1">
        <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
        {description && (
          <Radix.Description asChild>
            <div className="mt-0.5 text-xs text-ink-3">{description}</div>
          </Radix.Description>
        )}
      </div>
      <Radix.Close
        aria-label="Close"
        className="-mr-1.5 inline-flex size-7 items-center justify-center rounded-md text-ink-3 hover:bg-sunken hover:text-ink"
      >
        <X className="size-4" strokeWidth={1.75} aria-hidden />
      </Radix.Close>
    </header>
  );
}

function Body({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-5 py-4 -outline-offset-2">
      {children}
    </div>
  );
}

/** A form is opened to be filled in: its first field is where one starts. */
function startAtField(event: Event) {
  if (!(event.currentTarget instanceof HTMLElement)) return;
  const field = event.currentTarget.querySelector<HTMLElement>('input:not([type=radio]), select, textarea');
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

/** A panel in the middle: for one question. */
export function Dialog({ open, onOpenChange, title, description, children, footer, wide }: OverlayProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content
          onOpenAutoFocus={startAtField}
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cx(
            'rise fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col rounded-lg border bg-raised shadow-float',
            wide ? 'max-w-2xl' : 'max-w-md',
          )}
        >
          <Head title={title} description={description} />
          <Body>{children}</Body>
          {footer && <footer className="flex justify-end gap-2 border-t px-5 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A panel from the side: for forms and details beside a list. */
export function Sheet({ open, onOpenChange, title, description, children, footer, wide }: OverlayProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content
          onOpenAutoFocus={startAtField}
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cx(
            'slide fixed inset-y-0 right-0 z-50 flex w-full flex-col border-l bg-raised shadow-float',
            wide ? 'max-w-3xl' : 'max-w-lg',
          )}
        >
          <Head title={title} description={description} />
          <Body>{children}</Body>
          {footer && <footer className="flex justify-end gap-2 border-t px-5 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  children: ReactNode;
  /** What the button says: the deed itself. */
  deed: string;
  onConfirm(): Promise<unknown>;
}

/** Asks before something that can't be undone, and shows why it failed. */
export function Confirm({ open, onOpenChange, title, children, deed, onConfirm }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const close = (next: boolean) => {
    setProblem(undefined);
    onOpenChange(next);
  };
  const confirm = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm();
      close(false);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={title}
      footer={
        <>
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button kind="danger" busy={busy} onClick={confirm}>
            {deed}
          </Button>
        </>
      }
    >
      <div className="text-sm text-ink-2">{children}</div>
      {problem !== undefined && <ProblemNote problem={problem} className="mt-3" />}
    </Dialog>
  );
}
