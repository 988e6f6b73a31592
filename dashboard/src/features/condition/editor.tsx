import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '@/components/button';
import { CodeBlock } from '@/components/code';
import { Input, Select } from '@/components/field';
import { customTagsQuery } from '../custom-tags/queries';
import { fromSimple, type Leaf, OPS, type Simple, takes, toSimple } from './condition';

interface EditorProps {
  value: unknown;
  onChange(value: Record<string, unknown> | null): void;
}

const PLACEHOLDERS = { text: 'value', number: 'number', list: 'a, b, c', range: 'from, to', nothing: '' };

/** Edits a filter on tags. */
export function ConditionEditor({ value, onChange }: EditorProps) {
  const [simple, setSimple] = useState<Simple | undefined>(() => toSimple(value));
  const tags = useQuery(customTagsQuery).data ?? [];
  if (simple === undefined) {
    return (
      <div className="grid gap-2">
        <p className="text-xs text-ink-3">This filter has groups within groups, so it is kept as it is.</p>
        <CodeBlock label="filter" code={JSON.stringify(value, null, 2)} />
        <div>
          <Button small onClick={() => setSimple({ how: 'all', leaves: [] })}>
            Start a new filter
          </Button>
        </div>
      </div>
    );
  }
  const set = (next: Simple) => {
    setSimple(next);
    onChange(fromSimple(next));
  };
  const change = (at: number, leaf: Leaf) =>
    set({ ...simple, leaves: simple.leaves.map((each, place) => (place === at ? leaf : each)) });
  return (
    <div className="@container grid gap-2">
      {simple.leaves.length > 1 && (
        <div className="flex items-center gap-2 text-xs text-ink-2">
          The call must fit
          <Select
            aria-label="How the comparisons go together"
            className="w-32"
            value={simple.how}
            onChange={(event) => set({ ...simple, how: event.target.value === 'any' ? 'any' : 'all' })}
          >
            <option value="all">all of these</option>
            <option value="any">any of these</option>
          </Select>
        </div>
      )}
      {simple.leaves.map((leaf, at) => (
        <div key={at} className="grid grid-cols-[1fr_auto] gap-1.5 @md:grid-cols-[1fr_9rem_1fr_auto]">
          <Input
            aria-label="Tag"
            placeholder="tag"
            list="filter-tags"
            className="font-mono text-xs"
            value={leaf.tag}
            onChange={(event) => change(at, { ...leaf, tag: event.target.value })}
          />
          <Select
            aria-label="Comparison"
            className="@max-md:col-span-2 @max-md:row-start-2"
            value={leaf.op}
            onChange={(event) => change(at, { ...leaf, op: event.target.value })}
          >
            {OPS.map((spec) => (
              <option key={spec.op} value={spec.op}>
                {spec.label}
              </option>
            ))}
          </Select>
          {takes(leaf.op) === 'nothing' ? (
            <span />
          ) : (
            <Input
              aria-label="Value"
              placeholder={PLACEHOLDERS[takes(leaf.op)]}
              className="@max-md:col-span-2 @max-md:row-start-3"
              value={leaf.value}
              onChange={(event) => change(at, { ...leaf, value: event.target.value })}
            />
          )}
          <IconButton
            label="Remove comparison"
            className="size-8 @max-md:col-start-2 @max-md:row-start-1"
            onClick={() => set({ ...simple, leaves: simple.leaves.filter((_, place) => place !== at) })}
          >
            <X className="size-3.5" aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button
          small
          kind="quiet"
          onClick={() => set({ ...simple, leaves: [...simple.leaves, { tag: '', op: 'equals', value: '' }] })}
        >
          <Plus className="size-3.5" aria-hidden /> Add comparison
        </Button>
      </div>
      <datalist id="filter-tags">
        {[...tags.map((tag) => tag.key), 'state', 'zip_code', 'time_zone', 'caller_id', 'dialed_number'].map(
          (key) => (
            <option key={key} value={key} />
          ),
        )}
      </datalist>
    </div>
  );
}
