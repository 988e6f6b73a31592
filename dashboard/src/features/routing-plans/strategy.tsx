import type { RoutingPlanFields } from '@/api/types';
import { Field, Select } from '@/components/field';

const TOGETHER = 'simultaneous';
const AT_ONCE_USUAL = 3;
const AT_ONCE = [2, 3, 4, 5, 6, 7, 8, 9, 10];

interface StrategyProps {
  fields: RoutingPlanFields;
  editable: boolean;
  onChange(next: Partial<RoutingPlanFields>): void;
}

/** Whether the targets of one priority ring one after another or together. */
export function Strategy({ fields, editable, onChange }: StrategyProps) {
  const isTogether = fields.strategy === TOGETHER;
  return (
    <div className="grid gap-2">
      <Field label="Targets of one priority">
        {(control) => (
          <Select
            {...control}
            disabled={!editable}
            value={isTogether ? TOGETHER : ''}
            onChange={({ target: { value } }) =>
              onChange(value ? { strategy: value } : { strategy: null, simultaneous_max: null })
            }
          >
            <option value="">ring one after another</option>
            <option value={TOGETHER}>ring together</option>
          </Select>
        )}
      </Field>
      {isTogether && (
        <Field label="At once, at most" hint="Who answers first has the call; weights say who is among them.">
          {(control) => (
            <Select
              {...control}
              disabled={!editable}
              value={fields.simultaneous_max ?? AT_ONCE_USUAL}
              onChange={(event) => onChange({ simultaneous_max: Number(event.target.value) })}
            >
              {AT_ONCE.map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </div>
  );
}
