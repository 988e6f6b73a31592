import type { RoutingPlanFields, Target } from '@/api/types';
import { Field, Input, Select } from '@/components/field';
import { Section } from '@/components/page';
import { Duplicates } from './duplicates';
import { Strategy } from './strategy';

interface PlanFieldsProps {
  fields: RoutingPlanFields;
  targets: Target[];
  editable: boolean;
  onChange(next: Partial<RoutingPlanFields>): void;
}

/** What a plan says beside its targets. */
export function PlanFields({ fields, targets, editable, onChange }: PlanFieldsProps) {
  return (
    <Section title="Plan">
      <div className="grid gap-4">
        <Field label="Name">
          {(control) => (
            <Input
              {...control}
              value={fields.name}
              disabled={!editable}
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label="If nobody takes the call" hint="The fallback gets it, whatever its filter.">
          {(control) => (
            <Select
              {...control}
              value={fields.fallback ?? ''}
              disabled={!editable}
              onChange={(event) => onChange({ fallback: event.target.value || null })}
            >
              <option value="">reject it</option>
              {targets.map((target) => (
                <option key={target.id} value={target.id}>
                  {target.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Strategy fields={fields} editable={editable} onChange={onChange} />
        <Duplicates
          rule={fields.duplicates ?? undefined}
          editable={editable}
          onChange={(duplicates) => onChange({ duplicates })}
        />
      </div>
    </Section>
  );
}
