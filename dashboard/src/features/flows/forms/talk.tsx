import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Input, Select } from '@/components/field';
import { NoneYet } from '../../none-yet';
import { plansQuery } from '../../routing-plans/queries';
import { targetsQuery } from '../../targets/queries';
import { put } from '../graph';
import { type FormProps, ListRows, NumberRow, SelectRow, TextRow, useOwn } from './fields';

type Digits = Record<string, unknown>;

export function MenuForm(props: FormProps) {
  const { node, onChange } = props;
  const { key, own } = useOwn(node.digits, (digits) => onChange(put(node, 'digits', digits), 'digits'));
  return (
    <>
      <TextRow
        {...props}
        field="prompt"
        label="Prompt"
        rows={3}
        hint="Read to the caller by the switch; tags in brackets."
      />
      <Keys key={key} {...props} digits={(node.digits ?? {}) as Digits} onDigits={own} />
      <div className="grid grid-cols-2 gap-3">
        <NumberRow {...props} field="timeout_seconds" label="Wait, seconds" placeholder="5" />
        <NumberRow {...props} field="attempts" label="Ask at most" placeholder="3" />
      </div>
    </>
  );
}

const ALL_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*', '#'];

interface KeysProps extends FormProps {
  digits: Digits;
  onDigits(digits: Digits): void;
}

function Keys({ digits, onDigits, editable, errorOf }: KeysProps) {
  const [items, setItems] = useState(() => Object.entries(digits));
  const used = new Set(items.map(([keys]) => keys));
  return (
    <ListRows<[string, unknown]>
      label="Keys to press"
      add="Add key"
      items={items}
      fresh={[ALL_KEYS.find((key) => !used.has(key)) ?? '', null]}
      editable={editable}
      error={errorOf('digits')}
      hint="One to eight of 0 to 9, * and #."
      onChange={(next) => {
        setItems(next);
        onDigits(Object.fromEntries(next));
      }}
      row={([keys, to], change, at) => (
        <Input
          aria-label={`Keys of choice ${at + 1}`}
          className="font-mono"
          readOnly={!editable}
          value={keys}
          onChange={(event) => change([event.target.value, to])}
        />
      )}
    />
  );
}

export function HoldForm(props: FormProps) {
  return (
    <NumberRow
      {...props}
      field="seconds"
      label="Seconds"
      hint="Until then an update of a tag may decide anew."
    />
  );
}

export function RejectForm(props: FormProps) {
  return <TextRow {...props} field="reason" label="Reason" hint="In the call’s record, for people." />;
}

/** One target, or several that ring in their order or at once. */
export function DialForm(props: FormProps) {
  const { node, editable, onChange, errorOf } = props;
  const targets = useQuery(targetsQuery).data ?? [];
  const chosen = Array.isArray(node.targets) ? node.targets.map(String) : [String(node.target ?? '')];
  const set = (ids: string[]) => {
    const [one, ...more] = ids;
    if (more.length === 0) {
      const alone = put(put(node, 'targets', undefined), 'strategy', undefined);
      return onChange(put(alone, 'target', one || undefined), 'target');
    }
    const several = put(put(node, 'target', undefined), 'targets', ids);
    onChange(put(several, 'strategy', node.strategy ?? 'sequential'), 'targets');
  };
  return (
    <>
      <ListRows
        label="Targets"
        add="Ring another, too"
        items={chosen}
        fresh=""
        editable={editable}
        error={errorOf('targets') ?? errorOf('target')}
        onChange={set}
        hint={targets.length === 0 && <NoneYet noun="target" />}
        row={(id, change, at) => (
          <Select
            aria-label={chosen.length === 1 ? 'Target' : `Target ${at + 1}`}
            disabled={!editable}
            value={id}
            onChange={(event) => change(event.target.value)}
          >
            <option value="">choose a target</option>
            {targets.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        )}
      />
      {chosen.length > 1 && (
        <SelectRow
          {...props}
          field="strategy"
          label="They ring"
          choices={[
            ['sequential', 'one after another'],
            ['simultaneous', 'together: who answers first has the call'],
          ]}
        />
      )}
    </>
  );
}

export function PlanForm(props: FormProps) {
  const plans = useQuery(plansQuery).data ?? [];
  const chosen = typeof props.node.plan === 'string' ? props.node.plan : undefined;
  return (
    <SelectRow
      {...props}
      field="plan"
      label="Plan"
      choices={[['', 'choose a plan'], ...plans.map((each): [string, string] => [each.id, each.name])]}
      hint={
        chosen === undefined ? (
          plans.length === 0 && <NoneYet noun="routing plan" />
        ) : (
          <Link to="/routing-plans/$id" params={{ id: chosen }} className="underline">
            Open the plan
          </Link>
        )
      }
    />
  );
}
