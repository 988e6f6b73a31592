import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import type { WholeCall } from '@/api/types';
import { Badge, CallStatusBadge } from '@/components/badge';
import { Button } from '@/components/button';
import { CopyId } from '@/components/copy';
import { duration, phone, sentence } from '@/components/format';
import { Facts, Page, Section } from '@/components/page';
import { ErrorState, LoadingRows } from '@/components/states';
import { Money, Nothing, Phone, Time } from '@/components/values';
import { useMay } from '@/features/access/session';
import { EditCall } from '@/features/calls/edit-call';
import { isMoney } from '@/features/calls/fields';
import { callQuery, decisionQuery } from '@/features/calls/queries';
import { TagsTable } from '@/features/calls/tags-table';
import { Timeline } from '@/features/calls/timeline';
import { touching } from '@/features/calls/touching';
import { useLiveCall } from '@/features/calls/use-live-call';
import { DecisionExplained } from '@/features/decision/explained';
import { useActor } from '@/features/names';
import { DeliveriesOfCall } from '@/features/outgoing/of-call';

export const Route = createFileRoute('/_app/calls/$id')({ component: CallPage });

function CallPage() {
  const { id } = Route.useParams();
  const [editing, setEditing] = useState(false);
  const may = useMay('manager');
  const call = useQuery(callQuery(id));
  const live = call.data?.status === 'ringing' || call.data?.status === 'in_progress';
  useLiveCall(id, live);
  const above = (
    <Link to="/calls" className="hover:text-ink hover:underline">
      Call logs
    </Link>
  );
  if (call.data === undefined) {
    return (
      <Page title="Call" above={above}>
        {call.error ? (
          <ErrorState problem={call.error} retry={() => void call.refetch()} />
        ) : (
          <LoadingRows rows={12} />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={phone(call.data.caller)}
      tab={`Call of ${phone(call.data.caller)}`}
      above={above}
      actions={
        may && (
          <Button onClick={() => setEditing(true)}>
            <Pencil className="size-3.5" aria-hidden /> Edit
          </Button>
        )
      }
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <CallStatusBadge status={call.data.status} />
          {call.data.converted && <Badge tone="accent">Converted</Badge>}
          <CopyId id={call.data.call_log_id} label="Copy call id" />
        </span>
      }
    >
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_400px]">
        <div className="grid min-w-0 content-start gap-4">
          <Section title="Facts">
            <CallFacts call={call.data} />
          </Section>
          <DecisionSection id={id} campaign={call.data.campaign_id} />
          <Section title="Timeline" count={call.data.timeline?.length ?? 0}>
            <Timeline entries={call.data.timeline ?? []} />
          </Section>
        </div>
        <div className="grid min-w-0 content-start gap-4">
          <MoneySection call={call.data} />
          <Section title="Tags" count={call.data.tags.length} flush>
            {call.data.tags.length === 0 ? (
              <p className="p-4 text-ink-3">This call has no tags.</p>
            ) : (
              <TagsTable tags={call.data.tags} />
            )}
          </Section>
          <RequestsSection call={call.data} />
          <DeliveriesOfCall call={id} live={live} />
        </div>
      </div>
      {editing && <EditCall call={call.data} onClose={() => setEditing(false)} />}
    </Page>
  );
}

function CallFacts({ call }: { call: WholeCall }) {
  const or = (value: string | null | undefined) => value || <Nothing />;
  return (
    <Facts
      columns="grid-cols-2 sm:grid-cols-3 lg:grid-cols-4"
      facts={[
        ['Dialed', <Phone key="dialed" number={call.dialed} />],
        ['Campaign', or(call.campaign_name)],
        ['Publisher', or(call.publisher_name)],
        ['Target', or(call.target)],
        ['Started', <Time key="started" at={call.started_at} />],
        [
          'Answered',
          call.answered_at ? <Time key="answered" at={call.answered_at} /> : <Nothing key="answered" />,
        ],
        ['Ended', call.ended_at ? <Time key="ended" at={call.ended_at} /> : <Nothing key="ended" />],
        [
          'Connected',
          call.connected_seconds > 0 ? duration(call.connected_seconds) : <Nothing key="connected" />,
        ],
        ['State', or(call.state)],
        ['ZIP', or(call.zip)],
        ['Reason', or(call.reason)],
        [
          'External id',
          call.external_id ? (
            <CopyId key="external" id={call.external_id} label="Copy external id" />
          ) : (
            <Nothing key="external" />
          ),
        ],
      ]}
    />
  );
}

function MoneySection({ call }: { call: WholeCall }) {
  const entries = (call.timeline ?? []).filter((entry) => entry.changes.some(isMoney));
  return (
    <Section title="Money">
      <dl className="grid grid-cols-2 gap-4">
        <div>
          <dt className="text-xs text-ink-3">Revenue</dt>
          <dd className="text-xl font-semibold">
            <Money amount={call.revenue_paid_out} />
          </dd>
        </div>
        <div>
          <dt className="text-xs text-ink-3">Payout</dt>
          <dd className="text-xl font-semibold">
            <Money amount={call.publisher_paid_out} />
          </dd>
        </div>
      </dl>
      {call.no_payout_reason && (
        <p className="mt-2 text-xs text-ink-2">
          No payout: <span className="font-medium">{call.no_payout_reason}</span>
        </p>
      )}
      {entries.length > 0 && (
        <div className="mt-4 border-t pt-4">
          <Timeline entries={entries} moneyOnly />
        </div>
      )}
    </Section>
  );
}

function RequestsSection({ call }: { call: WholeCall }) {
  const actor = useActor();
  const touches = touching(call);
  return (
    <Section title="Requests that touched it" count={touches.length} flush>
      {touches.length === 0 ? (
        <p className="p-4 text-ink-3">No webhook request has changed this call.</p>
      ) : (
        <ul>
          {touches.map((touch) => (
            <li key={touch.id} className="border-b last:border-b-0">
              <Link to="/requests/$id" params={{ id: touch.id }} className="block px-4 py-2 hover:bg-sunken">
                <span className="flex items-baseline justify-between gap-2">
                  <span className="font-medium">
                    {touch.by === undefined ? 'Caller’s data' : sentence(actor(touch.by))}
                  </span>
                  <span className="text-xs text-ink-3">
                    <Time at={touch.at} />
                  </span>
                </span>
                <span className="block truncate font-mono text-2xs text-ink-3">
                  {touch.fields.join(', ') || 'changed nothing'}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function DecisionSection({ id, campaign }: { id: string; campaign: string | null | undefined }) {
  const decisions = useQuery(decisionQuery(id));
  return (
    <Section title="Why it went where it went">
      {decisions.error ? (
        <ErrorState problem={decisions.error} />
      ) : decisions.data === undefined ? (
        <LoadingRows rows={3} />
      ) : decisions.data.length === 0 ? (
        <p className="text-ink-3">
          This call was not routed here: its campaign had neither a plan nor a flow, so the switch decided.
        </p>
      ) : (
        <DecisionExplained call={id} campaign={campaign} decisions={decisions.data} />
      )}
    </Section>
  );
}
