import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { Decision } from '@/api/types';
import { buttonClass } from '@/components/button';
import { LoadingRows } from '@/components/states';
import { useMay } from '../access/session';
import { campaignsQuery } from '../campaigns/queries';
import { toGraph } from '../flows/graph';
import { versionQuery, versionsQuery } from '../flows/queries';
import { Decisions } from './decisions';
import { fits } from './scene';
import { readDecisions } from './trace';

const Picture = lazy(() => import('./picture'));

interface ExplainedProps {
  call: string;
  campaign: string | null | undefined;
  decisions: Decision[];
}

/** Why a call went where it went: as a picture if its flow is known, and always as a list. */
export function DecisionExplained({ call, campaign, decisions: raw }: ExplainedProps) {
  const decisions = useMemo(() => readDecisions(raw), [raw]);
  const byFlow = decisions.some((decision) => decision.nodes.length > 0);
  const { flow, graph, waiting } = useFlowOf(campaign, decisions[0]?.at, byFlow);
  const known = byFlow
    ? graph !== undefined && fits(graph, decisions)
    : decisions.some((each) => each.plans.length > 0);
  // On a telephone a list says more than a small picture.
  const [list, setList] = useState(() => matchMedia('(max-width: 40rem)').matches);
  const mayRerun = useMay('analyst');
  if (waiting) return <LoadingRows rows={3} />;
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center gap-2">
        {known && (
          <fieldset
            aria-label="Show the decision as"
            className="flex gap-0.5 rounded-md bg-sunken p-0.5 ring-1 ring-line ring-inset"
          >
            {['Picture', 'List'].map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={(each === 'List') === list}
                onClick={() => setList(each === 'List')}
                className="h-6 rounded-sm px-2.5 text-xs text-ink-2 aria-pressed:bg-raised aria-pressed:font-medium aria-pressed:text-ink aria-pressed:ring-1 aria-pressed:ring-line"
              >
                {each}
              </button>
            ))}
          </fieldset>
        )}
        {byFlow && flow !== undefined && mayRerun && (
          <Link
            to="/flows/$id"
            params={{ id: flow }}
            search={{ call }}
            className={`${buttonClass('quiet', true)} ml-auto`}
          >
            Rerun by the flow’s draft
          </Link>
        )}
      </div>
      {known && !list ? (
        <Suspense fallback={<LoadingRows rows={6} />}>
          <Picture decisions={decisions} flow={byFlow ? graph : undefined} />
        </Suspense>
      ) : (
        <Decisions decisions={decisions} />
      )}
    </div>
  );
}

/** A decision does not name its flow: it is the campaign's, as it was published when the call came. */
function useFlowOf(campaign: string | null | undefined, at: string | undefined, byFlow: boolean) {
  const campaigns = useQuery({ ...campaignsQuery, enabled: byFlow });
  const flow = campaigns.data?.find((each) => each.id === campaign)?.routing?.flow ?? undefined;
  const versions = useQuery({ ...versionsQuery(flow ?? ''), enabled: flow !== undefined });
  const version = versions.data
    ?.filter((each) => at !== undefined && Date.parse(each.published_at) <= Date.parse(at))
    .reduce((newest, each) => Math.max(newest, each.version), 0);
  const graph = useQuery({ ...versionQuery(flow ?? '', version ?? 0), enabled: Boolean(version) });
  const waiting = byFlow && (campaigns.isLoading || versions.isLoading || graph.isLoading);
  const read = useMemo(() => graph.data && toGraph(graph.data.flow), [graph.data]);
  return { flow, graph: read, waiting };
}
