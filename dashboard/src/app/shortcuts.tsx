import { Dialog } from '@/components/overlay';
import { CANVAS_KEYS } from '@/features/flows/keys';
import { NAV } from './nav';

function Key({ children }: { children: string }) {
  return (
    <kbd className="inline-grid h-5 min-w-5 place-items-center rounded-sm border border-edge/50 bg-sunken px-1 font-mono text-2xs text-ink-2">
      {children}
    </kbd>
  );
}

const GENERAL: [string[], string][] = [
  [['Ctrl', 'K'], 'Find a page, a call or a thing to do'],
  [['/'], 'Go to the first filter'],
  [['j'], 'Next row'],
  [['k'], 'Row before'],
  [['Enter'], 'Open the row'],
  [['Esc'], 'Close what is open'],
  [['?'], 'This list'],
];

/** What the keyboard can do. */
export default function Shortcuts({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange(open: boolean): void;
}) {
  const places = NAV.flatMap((group) => group.items).filter((item) => item.key !== undefined);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" wide>
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        <div className="grid content-start gap-6">
          <List title="Everywhere" rows={GENERAL} />
          <List title="On the canvas of a call flow" rows={CANVAS_KEYS} />
        </div>
        <List title="Go to" rows={places.map((item) => [['g', item.key ?? ''], item.label])} />
      </div>
    </Dialog>
  );
}

function List({ title, rows }: { title: string; rows: [string[], string][] }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-ink-3">{title}</h3>
      <ul className="grid gap-1.5">
        {rows.map(([keys, what]) => (
          <li key={what} className="flex items-center justify-between gap-4">
            <span>{what}</span>
            <span className="flex gap-1">
              {keys.map((key) => (
                <Key key={key}>{key}</Key>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
