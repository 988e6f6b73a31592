import { useQuery } from '@tanstack/react-query';
import { PhoneIncoming } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { api, data } from '@/api/client';
import { Problem } from '@/api/problem';
import type { PlanTest, RoutingPlanFields } from '@/api/types';
import { Button } from '@/components/button';
import { Field, FieldRow, Input, Select, Textarea } from '@/components/field';
import { Section } from '@/components/page';
import { ProblemNote } from '@/components/states';
import { campaignsQuery } from '../campaigns/queries';
import { publishersQuery } from '../publishers/queries';
import { type MadeUp, madeUpCall, type Outcome, outcomeOf } from './made-up';
import { Pick } from './pick';
import { TestOutcome } from './test-outcome';

interface TesterProps {
  id: string;
  /** The plan as it is on the page, saved or not. */
  plan: RoutingPlanFields;
  /** It is not what routes calls now. */
  isDraft: boolean;
}

const ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll('_', ' ');
const CHANCES = 1_000_000;

/** Asks who would take a caller; nothing is written, and no call is made. */
export function Tester({ id, plan, isDraft }: TesterProps) {
  const publishers = useQuery(publishersQuery).data ?? [];
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const [call, setCall] = useState<MadeUp>({
    caller: '',
    publisher: '',
    campaign: '',
    at: '',
    tags: '',
    published: false,
  });
  const [outcome, setOutcome] = useState<Outcome>();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const set = (next: Partial<MadeUp>) => setCall((before) => ({ ...before, ...next }));
  const field = problem instanceof Problem ? problem.field : undefined;
  const errorOf = (name: string) =>
    field === name || field?.startsWith(`${name}.`) ? (problem as Problem).message : undefined;

  const test = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const body: PlanTest = {
        ...madeUpCall(call, Math.floor(Math.random() * CHANCES)),
        ...(isDraft && !call.published ? { plan: { ...plan } } : {}),
      };
      setOutcome(
        outcomeOf(await data(api.POST('/v1/routing-plans/{id}/test', { params: { path: { id } }, body }))),
      );
    } catch (error) {
      setOutcome(undefined);
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Section title="Who would take this caller?">
      <form noValidate className="grid gap-4" onSubmit={(event) => void test(event)}>
        <FieldRow>
          <Field label="Caller" error={errorOf('caller')}>
            {(control) => (
              <Input
                {...control}
                inputMode="tel"
                placeholder="+13105559876"
                value={call.caller}
                onChange={(event) => set({ caller: event.target.value })}
              />
            )}
          </Field>
          <Field label={`When (${ZONE})`} hint="Now, if it is left out." error={errorOf('at')}>
            {(control) => (
              <Input
                {...control}
                type="datetime-local"
                value={call.at}
                onChange={(event) => set({ at: event.target.value })}
              />
            )}
          </Field>
          <Pick
            label="Publisher"
            none="No publisher"
            value={call.publisher}
            all={publishers}
            onChange={(publisher) => set({ publisher })}
          />
          <Pick
            label="Campaign"
            none="No campaign"
            value={call.campaign}
            all={campaigns}
            onChange={(campaign) => set({ campaign })}
          />
        </FieldRow>
        <Field
          label="Tags"
          hint="One on a line, as call data would bring them; the state is the number’s."
          error={errorOf('tags')}
        >
          {(control) => (
            <Textarea
              {...control}
              rows={3}
              className="font-mono text-xs"
              placeholder="lead_source = google_ads"
              value={call.tags}
              onChange={(event) => set({ tags: event.target.value })}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" kind="primary" busy={busy}>
            <PhoneIncoming className="size-3.5" aria-hidden /> Test
          </Button>
          {isDraft ? (
            <span className="flex items-center gap-2 text-xs text-ink-2">
              by
              <Select
                aria-label="Which plan is tested"
                className="w-56"
                value={call.published ? 'published' : 'shown'}
                onChange={(event) => set({ published: event.target.value === 'published' })}
              >
                <option value="shown">the plan as you see it here</option>
                <option value="published">the published plan</option>
              </Select>
            </span>
          ) : (
            <span className="text-xs text-ink-3">
              With the caps and calls as they are now. Nothing is written.
            </span>
          )}
        </div>
        {problem !== undefined && !['caller', 'at', 'tags'].some(errorOf) && (
          <ProblemNote problem={problem} />
        )}
      </form>
      {outcome && <TestOutcome outcome={outcome} />}
    </Section>
  );
}
