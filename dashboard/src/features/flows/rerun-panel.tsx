import { useInfiniteQuery } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api, data } from '@/api/client';
import type { Schema } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { Field, Input } from '@/components/field';
import { dayAndTime, phone } from '@/components/format';
import { Facts } from '@/components/page';
import { ProblemNote } from '@/components/states';
import { callsQuery } from '../calls/queries';
import { Decisions } from '../decision/decisions';
import type { Path } from './path';
import { pathOf, type Run, toRun } from './run';
import { useSteps } from './use-steps';

interface RerunProps {
  id: string;
  call: string | undefined;
  prepare(): Promise<{ version: number | null } | undefined>;
  onPath(path: Path | undefined): void;
}

/** Where a past call would go by what is on the canvas. */
export function RerunPanel({ id, call, prepare, onPath }: RerunProps) {
  const recent = useInfiniteQuery(callsQuery({})).data?.pages[0]?.calls ?? [];
  const [chosen, setChosen] = useState(call ?? '');
  const [answer, setAnswer] = useState<{ rerun: Schema['RerunCall']; run: Run }>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const { shown, restart } = useSteps(answer?.run.steps.length ?? 0);

  useEffect(() => onPath(answer && pathOf(answer.run.steps, shown)), [answer, shown, onPath]);
  useEffect(() => () => onPath(undefined), [onPath]);

  const ask = async () => {
    setBusy(true);
    setProblem(undefined);
    setAnswer(undefined);
    try {
      const which = await prepare();
      if (which === undefined) return;
      const rerun = await data(
        api.POST('/v1/calls/{id}/rerun', {
          params: { path: { id: chosen.trim() } },
          body: { flow_id: id, draft: which.version === null },
        }),
      );
      restart();
      setAnswer({ rerun, run: toRun(rerun.decisions, rerun.new.routing) });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="grid gap-4">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <Field label="Past call" hint="Its id, or one of the latest. It must have been routed here.">
          {(control) => (
            <Input
              {...control}
              list="recent-calls"
              className="font-mono text-xs"
              value={chosen}
              onChange={(event) => setChosen(event.target.value)}
            />
          )}
        </Field>
        <datalist id="recent-calls">
          {recent.map((each) => (
            <option key={each.call_log_id} value={each.call_log_id}>
              {phone(each.caller)}, {dayAndTime(new Date(each.started_at))}
            </option>
          ))}
        </datalist>
        <div>
          <Button type="submit" kind="primary" busy={busy} disabled={chosen.trim() === ''}>
            <RotateCw className="size-3.5" aria-hidden /> Rerun
          </Button>
        </div>
      </form>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {answer && (
        <div className="grid gap-3 border-t pt-4" aria-live="polite">
          <div>
            {typeof answer.rerun.changed !== 'boolean' ? (
              <Badge tone="warn">Not known</Badge>
            ) : answer.rerun.changed ? (
              <Badge tone="live">It would go elsewhere</Badge>
            ) : (
              <Badge tone="ok">It would go the same way</Badge>
            )}
          </div>
          {answer.rerun.stopped && (
            <p className="text-xs text-ink-2">The run stopped: {answer.rerun.stopped}.</p>
          )}
          <Facts
            columns="grid-cols-2"
            facts={[
              ['Then', side(answer.rerun.old)],
              ['By this flow', side(answer.rerun.new)],
            ]}
          />
          <details>
            <summary className="text-xs font-medium text-ink-2">Why, decision by decision</summary>
            <div className="mt-3">
              <Decisions decisions={answer.run.decisions} />
            </div>
          </details>
        </div>
      )}
    </div>
  );
}

function side({ target, routing }: Schema['RerunSide']): string {
  if (target) return target.name;
  switch (routing.action) {
    case 'reject':
      return `rejected: ${routing.reason}`;
    case 'menu':
      return 'asked by a menu';
    case 'hold':
      return 'held';
    case 'wait':
      return 'another system was asked';
    default:
      return routing.action;
  }
}
