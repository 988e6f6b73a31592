import type { Schema } from '@/api/types';
import { Field, Select } from '@/components/field';
import { span } from '@/components/format';

type DuplicateRule = Schema['DuplicateRule'];

const DUPLICATES: [string, string][] = [
  ['', 'are routed like any other'],
  ['reject', 'are rejected'],
  ['same_target', 'go to the same target again'],
  ['other_target', 'go to another target'],
];
const WINDOWS = [3_600, 86_400, 604_800, 2_592_000];

interface DuplicatesProps {
  rule: DuplicateRule | undefined;
  editable: boolean;
  onChange(rule: DuplicateRule | null): void;
}

/** What becomes of callers who called before. */
export function Duplicates({ rule, editable, onChange }: DuplicatesProps) {
  const seconds = rule?.window_seconds ?? 86_400;
  const windows = WINDOWS.includes(seconds) ? WINDOWS : [...WINDOWS, seconds];
  return (
    <div className="grid gap-2">
      <Field label="Callers who called before">
        {(control) => (
          <Select
            {...control}
            disabled={!editable}
            value={rule?.then ?? ''}
            onChange={(event) =>
              onChange(
                event.target.value === ''
                  ? null
                  : // biome-ignore lint/suspicious/noThenProperty: the API's name for it
                    { ...rule, window_seconds: seconds, then: event.target.value },
              )
            }
          >
            {DUPLICATES.map(([id, label]) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {rule && (
        <Field label="Within">
          {(control) => (
            <Select
              {...control}
              disabled={!editable}
              value={seconds}
              onChange={(event) => onChange({ ...rule, window_seconds: Number(event.target.value) })}
            >
              {windows.map((each) => (
                <option key={each} value={each}>
                  {span(each)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </div>
  );
}
