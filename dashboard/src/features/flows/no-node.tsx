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
          {KEYS.map(([keys, what]) => (
            <div key={keys} className="contents">
              <dt className="font-mono text-2xs text-ink-2">{keys}</dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

const KEYS: [string, string][] = [
  ['A', 'add a node, after the chosen one'],
  ['Tab, Enter', 'go to a node and choose it'],
  ['Arrows', 'move what is chosen'],
  ['Ctrl-Z, Ctrl-Y', 'undo, redo'],
  ['Ctrl-C, X, V, D', 'copy, cut, paste, duplicate'],
  ['Delete', 'delete what is chosen'],
  ['L', 'lay the flow out'],
  ['F', 'show all of it'],
  ['Ctrl-S', 'save the draft'],
];
