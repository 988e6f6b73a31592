import type { Schema } from '@/api/types';
import { Section } from '@/components/page';
import { conditionText } from '../condition/condition';
import { usePlanName, usePublisherName, useTargetName } from '../names';

/** Exceptions that are looked at before the targets. */
export function Overrides({ overrides }: { overrides: Schema['Override'][] }) {
  const target = useTargetName();
  const plan = usePlanName();
  const publisher = usePublisherName();
  return (
    <Section title="Overrides" count={overrides.length}>
      {overrides.length === 0 ? (
        <p className="text-xs text-ink-3">
          Exceptions by publisher, caller or tag, looked at before the targets. They are set by the API:{' '}
          <code className="font-mono">overrides</code> of the plan.
        </p>
      ) : (
        <ol className="grid gap-2 text-sm">
          {overrides.map((each) => (
            <li key={each.order}>
              <span className="tnum text-ink-3">{each.order}.</span>{' '}
              {[
                each.publisher && publisher(each.publisher),
                each.caller && `caller ${each.caller}`,
                each.filter && conditionText(each.filter),
              ]
                .filter(Boolean)
                .join(' and ') || 'every call'}{' '}
              →{' '}
              <span className="font-medium">
                {each.then.target
                  ? target(each.then.target)
                  : each.then.plan
                    ? `plan ${plan(each.then.plan)}`
                    : `reject: ${each.then.reject ?? ''}`}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
