import { useQuery } from '@tanstack/react-query';
import { Play, RotateCw, Undo2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api, data } from '@/api/client';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Field, Input, Select, Textarea } from '@/components/field';
import { ProblemNote } from '@/components/states';
import { campaignsQuery } from '../campaigns/queries';
import { Decisions } from '../decision/decisions';
import { Answers } from './answers';
import type { Path } from './path';
import { type Input as Answer, pathOf, type Run, readTags, toRun } from './run';
import { useSteps } from './use-steps';

interface TestPanelProps {
  id: string;
  /** Saves what was changed, and says which flow is to be run. */
  prepare(): Promise<{ version: number | null } | undefined>;
  onPath(path: Path | undefined): void;
}

interface Asked {
  inputs: Answer[];
  at: string;
  chance: number;
}

const CHANCES = 1_000_000;
const begin = (): Asked => ({
  inputs: [],
  at: new Date().toISOString(),
  chance: Math.floor(Math.random() * CHANCES),
});

/** Runs a call that is made up; where it stops, one says what happens next. */
export function TestPanel({ id, prepare, onPath }: TestPanelProps) {
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const [caller, setCaller] = useState('+12125550123');
  const [campaign, setCampaign] = useState('');
  const [tags, setTags] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const [run, setRun] = useState<Run>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const { shown, restart, skip } = useSteps(run?.steps.length ?? 0);

  useEffect(() => onPath(run && pathOf(run.steps, shown)), [run, shown, onPath]);
  useEffect(() => () => onPath(undefined), [onPath]);

  const ask = async (next: Asked) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const which = await prepare();
      if (which === undefined) return;
      const { decisions, routing } = await data(
        api.POST('/v1/flows/{id}/test', {
          params: { path: { id } },
          body: {
            caller,
            ...(campaign ? { campaign_id: campaign } : {}),
            ...(which.version === null ? {} : { version: which.version }),
            tags: readTags(tags),
            at: next.at,
            inputs: next.inputs,
            chance: next.chance,
          },
        }),
      );
      if (next.inputs.length === 0) restart();
      setAsked(next);
      setRun(toRun(decisions, routing));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const arrived = run !== undefined && shown >= run.steps.length;
  return (
    <div className="grid gap-4">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void ask(begin());
        }}
      >
        <Field label="Caller">
          {(control) => (
            <Input
              {...control}
              type="tel"
              value={caller}
              onChange={(event) => setCaller(event.target.value)}
            />
          )}
        </Field>
        <Field label="Campaign" optional hint="For its tag defaults.">
          {(control) => (
            <Select {...control} value={campaign} onChange={(event) => setCampaign(event.target.value)}>
              <option value="">none</option>
              {campaigns.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label="Tags"
          optional
          hint="One on a line, as webhooks would bring them: lead_source = google_ads"
        >
          {(control) => (
            <Textarea
              {...control}
              rows={2}
              className="font-mono text-xs"
              value={tags}
              onChange={(event) => setTags(event.target.value)}
            />
          )}
        </Field>
        <div>
          <Button type="submit" kind="primary" busy={busy}>
            <Play className="size-3.5" aria-hidden /> {run ? 'Run again' : 'Run the call'}
          </Button>
        </div>
      </form>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {run && asked && (
        <div className="grid gap-3 border-t pt-4" aria-live="polite">
          {arrived ? (
            <Arrived
              run={run}
              onAnswer={(answer) => void ask({ ...asked, inputs: [...asked.inputs, answer] })}
            />
          ) : (
            <Button small kind="quiet" className="justify-self-start" onClick={skip}>
              Skip to where it stops
            </Button>
          )}
          <div className="flex flex-wrap gap-1.5">
            {asked.inputs.length > 0 && (
              <Button
                small
                kind="quiet"
                onClick={() => void ask({ ...asked, inputs: asked.inputs.slice(0, -1) })}
              >
                <Undo2 className="size-3.5" aria-hidden /> Another answer
              </Button>
            )}
            <Button small kind="quiet" onClick={restart}>
              <RotateCw className="size-3.5" aria-hidden /> Watch again
            </Button>
          </div>
          <details>
            <summary className="text-xs font-medium text-ink-2">Why, decision by decision</summary>
            <div className="mt-3">
              <Decisions decisions={run.decisions} />
            </div>
          </details>
        </div>
      )}
    </div>
  );
}

/** Where the run stands, and what may happen next. */
function Arrived({ run, onAnswer }: { run: Run; onAnswer(answer: Answer): void }) {
  const { instruction } = run;
  switch (instruction.action) {
    case 'reject':
      return (
        <p className="flex flex-wrap items-center gap-2">
          <Badge tone="bad">Rejected</Badge> {instruction.reason}
        </p>
      );
    case 'connected':
      return <Badge tone="ok">The caller talks</Badge>;
    case 'over':
      return <Badge>The call is over</Badge>;
    default:
      return <Answers key={run.steps.length} run={run} onAnswer={onAnswer} />;
  }
}
