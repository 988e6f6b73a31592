import { useQuery } from '@tanstack/react-query';
import { CaseSensitive, Group as GroupIcon, Plus, X } from 'lucide-react';
import { useState } from 'react';
import type { Condition } from '@/api/types';
import { Button, IconButton } from '@/components/button';
import { cx } from '@/components/cx';
import { Input, Select } from '@/components/field';
import { customTagsQuery } from '../custom-tags/queries';
import {
  FRESH,
  fromGroup,
  type Group,
  type How,
  hasCase,
  isGroup,
  isLeaf,
  type Leaf,
  OPS,
  type Part,
  takes,
  toGroup,
} from './condition';

interface EditorProps {
  value: Condition | null | undefined;
  onChange(value: Condition | null): void;
}

const PLACEHOLDERS = { text: 'value', number: 'number', list: 'a, b, c', range: 'from, to', nothing: '' };
const HOWS: [how: How, label: string][] = [
  ['all', 'all of these'],
  ['any', 'any of these'],
  ['not_all', 'not all of these'],
  ['none', 'none of these'],
];

/** Edits a filter on tags. */
export function ConditionEditor({ value, onChange }: EditorProps) {
  const [group, setGroup] = useState(() => toGroup(value));
  const tags = useQuery(customTagsQuery).data ?? [];
  return (
    <div className="@container">
      <GroupBox
        group={group}
        onChange={(next) => {
          setGroup(next);
          onChange(fromGroup(next));
        }}
      />
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

interface GroupProps {
  group: Group;
  onChange(group: Group): void;
  /** If it stands within another. */
  onRemove?: () => void;
}

function GroupBox({ group, onChange, onRemove }: GroupProps) {
  const { how, parts } = group;
  const add = (part: Part) => onChange({ ...group, parts: [...parts, part] });
  const change = (at: number, part: Part) =>
    onChange({ ...group, parts: parts.map((each, place) => (place === at ? part : each)) });
  const remove = (at: number) => {
    if (parts.length === 1 && onRemove) onRemove();
    else onChange({ ...group, parts: parts.filter((_, place) => place !== at) });
  };
  return (
    <fieldset
      aria-label={onRemove ? 'Group of comparisons' : 'Comparisons'}
      className={cx('grid min-w-0 gap-2', onRemove && 'rounded-md border bg-sunken p-2')}
    >
      {(onRemove || parts.length > 1 || how !== 'all') && (
        <div className="flex items-center gap-2 text-xs text-ink-2">
          {onRemove ? 'It fits' : 'The call must fit'}
          <Select
            aria-label="How the comparisons go together"
            className="w-36"
            value={how}
            onChange={(event) => onChange({ ...group, how: event.target.value as How })}
          >
            {HOWS.map(([each, label]) => (
              <option key={each} value={each}>
                {label}
              </option>
            ))}
          </Select>
          {onRemove && <RemoveButton label="Remove group" onClick={onRemove} className="ml-auto" />}
        </div>
      )}
      {parts.map((part, at) => (
        <PartRow key={at} part={part} onChange={(next) => change(at, next)} onRemove={() => remove(at)} />
      ))}
      <div className="flex flex-wrap gap-1">
        <Button small kind="quiet" onClick={() => add(FRESH)}>
          <Plus className="size-3.5" aria-hidden /> Add comparison
        </Button>
        {parts.length > 0 && (
          <Button
            small
            kind="quiet"
            onClick={() => add({ how: how === 'any' ? 'all' : 'any', parts: [FRESH] })}
          >
            <GroupIcon className="size-3.5" aria-hidden /> Add group
          </Button>
        )}
      </div>
    </fieldset>
  );
}

interface PartProps<T> {
  part: T;
  onChange(part: Part): void;
  onRemove(): void;
}

function PartRow({ part, onChange, onRemove }: PartProps<Part>) {
  if (isGroup(part)) return <GroupBox group={part} onChange={onChange} onRemove={onRemove} />;
  if (isLeaf(part)) return <LeafRow part={part} onChange={onChange} onRemove={onRemove} />;
  return (
    <div className="flex items-start gap-1.5">
      <code
        title="This editor can’t show it, so it is kept as it is."
        className="min-w-0 flex-1 rounded-md bg-sunken p-2 font-mono text-2xs break-all"
      >
        {JSON.stringify(part.kept)}
      </code>
      <RemoveButton label="Remove comparison" onClick={onRemove} />
    </div>
  );
}

function LeafRow({ part: leaf, onChange, onRemove }: PartProps<Leaf>) {
  return (
    <div className="grid grid-cols-[1fr_auto] gap-1.5 @md:grid-cols-[1fr_9rem_1fr_auto]">
      <Input
        aria-label="Tag"
        placeholder="tag"
        list="filter-tags"
        className="font-mono text-xs"
        value={leaf.tag}
        onChange={(event) => onChange({ ...leaf, tag: event.target.value })}
      />
      <Select
        aria-label="Comparison"
        className="@max-md:col-span-2 @max-md:row-start-2"
        value={leaf.op}
        onChange={(event) => onChange({ ...leaf, op: event.target.value as Leaf['op'] })}
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
        <div className="flex gap-1 @max-md:col-span-2 @max-md:row-start-3">
          <Input
            aria-label="Value"
            placeholder={PLACEHOLDERS[takes(leaf.op)]}
            value={leaf.value}
            onChange={(event) => onChange({ ...leaf, value: event.target.value })}
          />
          {hasCase(leaf.op) && (
            <MatchCase on={leaf.exact} onChange={(exact) => onChange({ ...leaf, exact })} />
          )}
        </div>
      )}
      <RemoveButton
        label="Remove comparison"
        className="@max-md:col-start-2 @max-md:row-start-1"
        onClick={onRemove}
      />
    </div>
  );
}

interface MatchCaseProps {
  on: boolean;
  onChange(on: boolean): void;
  label?: string;
  disabled?: boolean;
}

/** Whether upper and lower case count. */
export function MatchCase({ on, onChange, label = 'Match case', disabled }: MatchCaseProps) {
  return (
    <IconButton
      label={label}
      aria-pressed={on}
      disabled={disabled}
      className="size-8 aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
      onClick={() => onChange(!on)}
    >
      <CaseSensitive className="size-4" aria-hidden />
    </IconButton>
  );
}

function RemoveButton(props: { label: string; onClick(): void; className?: string }) {
  return (
    <IconButton label={props.label} className={cx('size-8', props.className)} onClick={props.onClick}>
      <X className="size-3.5" aria-hidden />
    </IconButton>
  );
}
