import { useState } from 'react';
import type { Condition, Hours } from '@/api/types';
import { Field, Input, Select, Textarea } from '@/components/field';
import { FRESH, fromLeaf, hasCase, isLeaf, type Leaf, OPS, takes, toPart } from '../../condition/condition';
import { ConditionEditor, MatchCase } from '../../condition/editor';
import { DAYS, fromWeekText, toWeekText, type WeekText } from '../../targets/hours';
import { list, put } from '../graph';
import { type FormProps, ListRows, SelectRow, TextRow, toNumber, useOwn } from './fields';

type Json = Record<string, unknown>;

export function ConditionForm({ node, editable, onChange, errorOf }: FormProps) {
  const condition = node.condition as Condition | undefined;
  const { key, own } = useOwn(condition, (next) => onChange(put(node, 'condition', next), 'condition'));
  const error = errorOf('condition');
  return (
    <fieldset className="grid gap-1.5" disabled={!editable}>
      <legend className="mb-1 text-xs font-medium text-ink-2">Yes, if</legend>
      <ConditionEditor key={key} value={condition} onChange={(value) => own(value ?? undefined)} />
      {error && <p className="text-xs text-bad">{error}</p>}
      <p className="text-xs text-ink-3">
        Tags and variables by name. Without a value only “is not set” fits.
      </p>
    </fieldset>
  );
}

interface Case {
  leaf: Leaf | undefined;
  raw: Json;
}

function toCase(raw: Json): Case {
  const { next: _, ...test } = raw;
  const part = toPart({ tag: 'value', ...test } as Condition);
  return { leaf: isLeaf(part) ? part : undefined, raw };
}

function fromCase({ leaf, raw }: Case): Json {
  if (leaf === undefined) return raw;
  const { tag: _, ...test } = fromLeaf(leaf);
  return raw.next === undefined ? test : { ...test, next: raw.next };
}

const FRESH_CASE: Case = { leaf: FRESH, raw: {} };

export function SwitchForm(props: FormProps) {
  const { node, onChange } = props;
  const { key, own } = useOwn(node.cases, (cases) => onChange(put(node, 'cases', cases), 'cases'));
  return (
    <>
      <TextRow
        {...props}
        field="value"
        label="Value"
        mono
        hint="Such as [state]: a tag or variable in brackets."
      />
      <Cases key={key} {...props} cases={list(node.cases)} onCases={own} />
    </>
  );
}

function Cases({
  cases,
  onCases,
  editable,
  errorOf,
}: FormProps & { cases: Json[]; onCases(cases: Json[]): void }) {
  const [items, setItems] = useState(() => cases.map(toCase));
  return (
    <ListRows
      label="Cases, the first that fits counts"
      add="Add case"
      items={items}
      fresh={FRESH_CASE}
      editable={editable}
      error={errorOf('cases')}
      onChange={(next) => {
        setItems(next);
        onCases(next.map(fromCase));
      }}
      row={({ leaf, raw }, change, at) =>
        leaf === undefined ? (
          <code className="truncate py-1.5 font-mono text-2xs">{JSON.stringify(raw)}</code>
        ) : (
          <>
            <Select
              aria-label={`Comparison of case ${at + 1}`}
              disabled={!editable}
              value={leaf.op}
              onChange={(event) => change({ raw, leaf: { ...leaf, op: event.target.value as Leaf['op'] } })}
            >
              {OPS.map((each) => (
                <option key={each.op} value={each.op}>
                  {each.label}
                </option>
              ))}
            </Select>
            {takes(leaf.op) !== 'nothing' && (
              <span className="flex gap-1">
                <Input
                  aria-label={`Value of case ${at + 1}`}
                  readOnly={!editable}
                  value={leaf.value}
                  placeholder={takes(leaf.op) === 'list' ? 'a, b, c' : 'value'}
                  onChange={(event) => change({ raw, leaf: { ...leaf, value: event.target.value } })}
                />
                {hasCase(leaf.op) && (
                  <MatchCase
                    label={`Match case in case ${at + 1}`}
                    on={leaf.exact}
                    disabled={!editable}
                    onChange={(exact) => change({ raw, leaf: { ...leaf, exact } })}
                  />
                )}
              </span>
            )}
          </>
        )
      }
    />
  );
}

export function DistributeForm(props: FormProps) {
  const { node, editable, onChange, errorOf } = props;
  return (
    <>
      <SelectRow
        {...props}
        field="mode"
        label="Share out"
        choices={[
          ['weighted', 'by chance, in proportion to the weights'],
          ['round_robin', 'by turns'],
        ]}
      />
      <ListRows
        label="Weights of the branches"
        add="Add branch"
        items={list(node.branches)}
        fresh={{ weight: 1 }}
        editable={editable}
        error={errorOf('branches')}
        hint="0 switches a branch off."
        onChange={(branches) => onChange(put(node, 'branches', branches), 'branches')}
        row={(item, change, at) => (
          <Input
            aria-label={`Weight of branch ${at + 1}`}
            inputMode="numeric"
            readOnly={!editable}
            value={String(item.weight ?? 1)}
            onChange={(event) => change({ ...item, weight: toNumber(event.target.value) ?? 0 })}
          />
        )}
      />
    </>
  );
}

export function TimeForm({ node, editable, onChange, errorOf }: FormProps) {
  const hours = node.hours as Hours | undefined;
  const { key, own } = useOwn(hours, (next) => onChange(put(node, 'hours', next), 'hours'));
  return <HoursFields key={key} hours={hours} editable={editable} error={errorOf('hours')} onHours={own} />;
}

interface HoursProps {
  hours: Hours | undefined;
  editable: boolean;
  error: string | undefined;
  onHours(hours: Hours): void;
}

function HoursFields({ hours, editable, error, onHours }: HoursProps) {
  const [week, setWeek] = useState(() => toWeekText(hours));
  const [zone, setZone] = useState(hours?.time_zone ?? '');
  const [closed, setClosed] = useState(() =>
    (hours?.exceptions ?? [])
      .filter((each) => each.closed)
      .map((each) => [each.date, each.name].filter(Boolean).join(' '))
      .join('\n'),
  );
  const tell = (days: WeekText, time_zone: string, dates: string) => {
    const kept = (hours?.exceptions ?? []).filter((each) => !each.closed);
    const holidays = dates
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => {
        const [date = '', ...name] = line.split(/\s+/);
        return { date, closed: true, ...(name.length > 0 ? { name: name.join(' ') } : {}) };
      });
    const exceptions = [...kept, ...holidays];
    onHours({ time_zone, week: fromWeekText(days), ...(exceptions.length > 0 ? { exceptions } : {}) });
  };
  return (
    <>
      <Field label="Time zone" error={error}>
        {(control) => (
          <Input
            {...control}
            list="flow-time-zones"
            readOnly={!editable}
            value={zone}
            onChange={(event) => {
              setZone(event.target.value);
              tell(week, event.target.value, closed);
            }}
          />
        )}
      </Field>
      <fieldset className="grid gap-1.5">
        <legend className="mb-1 text-xs font-medium text-ink-2">Open</legend>
        {DAYS.map((day) => (
          <div key={day} className="grid grid-cols-[6.5rem_1fr] items-center gap-2">
            <span aria-hidden className="text-sm capitalize">
              {day}
            </span>
            <Input
              aria-label={`Hours on ${day}`}
              placeholder="closed"
              readOnly={!editable}
              value={week[day]}
              onChange={(event) => {
                const next = { ...week, [day]: event.target.value };
                setWeek(next);
                tell(next, zone, closed);
              }}
            />
          </div>
        ))}
        <p className="text-xs text-ink-3">Such as 09:00-12:00, 13:00-17:30; until midnight is 24:00.</p>
      </fieldset>
      <Field label="Closed on" optional hint="One date on a line, such as 2026-12-25 Christmas.">
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            readOnly={!editable}
            value={closed}
            onChange={(event) => {
              setClosed(event.target.value);
              tell(week, zone, event.target.value);
            }}
          />
        )}
      </Field>
      <datalist id="flow-time-zones">
        {Intl.supportedValuesOf('timeZone').map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </>
  );
}
