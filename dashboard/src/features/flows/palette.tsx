import { useState } from 'react';
import { Input } from '@/components/field';
import { Dialog } from '@/components/overlay';
import { DRAGGED } from './canvas';
import { KINDS, type Kind } from './kinds';

const GROUPS: [Kind['group'], string][] = [
  ['Talk', 'With the caller'],
  ['Decide', 'Decide'],
  ['Know', 'Know and note'],
  ['End', 'Where it goes'],
];

interface PaletteProps {
  hasStart: boolean;
  onAdd(type: string): void;
}

/** Every type of node; a click adds it after the chosen node, or it is dragged to its place. */
export function Palette({ hasStart, onAdd }: PaletteProps) {
  return (
    <div className="grid gap-4 p-3">
      {GROUPS.map(([group, label]) => (
        <section key={group}>
          <h3 className="mb-1 px-1.5 text-2xs font-medium text-ink-3">{label}</h3>
          <ul>
            {offered(hasStart)
              .filter((kind) => kind.group === group)
              .map((kind) => (
                <li key={kind.type}>
                  <button
                    type="button"
                    draggable
                    onDragStart={(event) => {
                      event.dataTransfer.setData(DRAGGED, kind.type);
                      event.dataTransfer.effectAllowed = 'copy';
                    }}
                    onClick={() => onAdd(kind.type)}
                    className="flex w-full cursor-grab items-start gap-2.5 rounded-md p-1.5 text-left hover:bg-sunken active:cursor-grabbing"
                  >
                    <kind.icon className="mt-0.5 size-4 shrink-0 text-ink-3" strokeWidth={1.75} aria-hidden />
                    <span>
                      <span className="block text-xs font-medium">{kind.label}</span>
                      <span className="block text-2xs text-pretty text-ink-3">{kind.about}</span>
                    </span>
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

const offered = (hasStart: boolean) => KINDS.filter((kind) => kind.type !== 'start' || !hasStart);

interface AddProps extends PaletteProps {
  open: boolean;
  onOpenChange(open: boolean): void;
}

/** The palette by keyboard: a few letters and Enter. */
export function AddNode({ open, onOpenChange, hasStart, onAdd }: AddProps) {
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const found = offered(hasStart).filter((kind) =>
    `${kind.label} ${kind.type} ${kind.about}`.toLowerCase().includes(words.trim().toLowerCase()),
  );
  const choose = (kind: Kind | undefined) => {
    if (kind === undefined) return;
    onOpenChange(false);
    onAdd(kind.type);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setWords('');
        setAt(0);
        onOpenChange(next);
      }}
      title="Add a node"
    >
      <Input
        role="combobox"
        aria-label="Type of node"
        aria-expanded
        aria-controls="add-node-types"
        aria-activedescendant={found[at] && `add-${found[at].type}`}
        placeholder="menu, dial, condition…"
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt((now) => Math.min(now + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setAt((now) => Math.max(now - 1, 0));
          else if (event.key === 'Enter') choose(found[at]);
          else return;
          event.preventDefault();
        }}
      />
      <div id="add-node-types" role="listbox" aria-label="Types" className="mt-2">
        {found.map((kind, row) => (
          <div
            key={kind.type}
            id={`add-${kind.type}`}
            role="option"
            tabIndex={-1}
            aria-selected={row === at}
            onClick={() => choose(kind)}
            onKeyDown={(event) => event.key === 'Enter' && choose(kind)}
            className="flex cursor-pointer items-start gap-2.5 rounded-md p-2 hover:bg-sunken aria-selected:bg-accent-soft"
          >
            <kind.icon className="mt-0.5 size-4 shrink-0 text-ink-2" strokeWidth={1.75} aria-hidden />
            <span>
              <span className="block text-sm font-medium">{kind.label}</span>
              <span className="block text-xs text-ink-2">{kind.about}</span>
            </span>
          </div>
        ))}
        {found.length === 0 && <p className="p-2 text-sm text-ink-3">No type of node is called that.</p>}
      </div>
    </Dialog>
  );
}
