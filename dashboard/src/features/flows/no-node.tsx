import { Button } from '@/components/button';
import { CANVAS_KEYS } from './keys';

/** What the panel says while not exactly one node is chosen. */
export function NoNode({ count, editable }: { count: number; editable: boolean }) {
  if (count > 1) {
    return (
      <p className="text-ink-3">
        {count} nodes are chosen. Move them by the arrow keys, copy them with Ctrl-C, delete them with Delete.
      </p>
    );
  }
  return (
    <div className="grid gap-3 text-ink-3">
      <p>Choose a node to see {editable ? 'and change ' : ''}what it does.</p>
      {editable && (
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1.5 text-xs">
          {CANVAS_KEYS.map(([keys, what]) => (
            <div key={what} className="contents">
              <dt className="font-mono text-2xs text-ink-2">{keys.join('-')}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

/** On a canvas that has no step yet. */
export function FirstStep({ editable, onAdd }: { editable: boolean; onAdd(): void }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-[18%] flex justify-center px-4">
      <div className="pointer-events-auto grid max-w-sm justify-items-center gap-2 rounded-lg border bg-raised p-4 text-center">
        <h3 className="text-sm font-semibold">This flow does nothing yet</h3>
        <p className="text-xs text-pretty text-ink-3">
          {editable
            ? 'Add what happens to a call first: a menu, opening hours, or a target to dial. Press A, drag from the list of nodes, or draw from the start’s dot.'
            : 'Whoever may change routing adds its steps here.'}
        </p>
        {editable && (
          <Button small kind="primary" onClick={onAdd}>
            Add the first step
          </Button>
        )}
      </div>
    </div>
  );
}
