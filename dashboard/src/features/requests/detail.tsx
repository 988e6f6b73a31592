import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '@/api/client';
import type { LoggedRequest, Schema } from '@/api/types';
import { Badge, HttpStatus } from '@/components/badge';
import { CodeBlock, prettyJson } from '@/components/code';
import { CopyId } from '@/components/copy';
import { Facts } from '@/components/page';
import { Replay } from '@/components/replay';
import { say } from '@/components/toast';
import { Time } from '@/components/values';
import { useMay } from '../access/session';
import { useWebhookName } from '../names';
import { changedCalls } from './effect';

const WHEN: Record<Schema['EffectWhen'], string> = {
  before_routing: 'before it was routed',
  next_decision: 'decided the call again',
  after_routing: 'after it was routed',
  completed: 'after the call was over',
};

/** One logged request: what came, what was answered, what it did. */
export function RequestDetail({ request }: { request: LoggedRequest }) {
  const webhook = useWebhookName();
  const changed = changedCalls(request.effect);
  return (
    <div className="grid gap-5">
      <Facts
        columns="grid-cols-2 sm:grid-cols-3"
        facts={[
          ['Received', <Time key="at" at={request.received_at} />],
          ['Status', <HttpStatus key="status" status={request.status} />],
          [
            'Webhook',
            <Link
              key="webhook"
              to="/webhooks/incoming/$id"
              params={{ id: request.webhook_id }}
              className="text-accent-ink underline decoration-accent/40 underline-offset-2"
            >
              {webhook(request.webhook_id)}
            </Link>,
          ],
          ['Method', request.method],
          [
            'From',
            <span key="from" className="tnum">
              {request.address}
            </span>,
          ],
          ['Request id', <CopyId key="id" id={request.id} />],
        ]}
      />
      {request.replay_of && (
        <p className="rounded-md bg-info-soft px-3 py-2 text-sm">
          Answered with what{' '}
          <Link
            to="/requests/$id"
            params={{ id: request.replay_of }}
            className="underline underline-offset-2"
          >
            the first request of this transaction
          </Link>{' '}
          got; nothing was done again.
          {request.mismatch && ' Its payload was another one.'}
        </p>
      )}
      <Part title="What it did">
        {changed.length === 0 ? (
          <p className="text-ink-3">
            {request.effect.held
              ? 'Its call was not there, so it was kept to wait for one.'
              : request.status < 300
                ? 'It changed no call when it came.'
                : 'It was refused and changed nothing.'}
          </p>
        ) : (
          <ul className="grid gap-1.5">
            {changed.map((call) => (
              <li key={call.id} className="flex flex-wrap items-center gap-2">
                <Link
                  to="/calls/$id"
                  params={{ id: call.id }}
                  className="font-mono text-xs text-accent-ink underline decoration-accent/40 underline-offset-2"
                >
                  {call.id}
                </Link>
                {call.when && <Badge>{WHEN[call.when]}</Badge>}
              </li>
            ))}
          </ul>
        )}
      </Part>
      {request.query !== '' && (
        <Part title="Query">
          <CodeBlock label="query" code={request.query} />
        </Part>
      )}
      {request.body !== '' && (
        <Part title="Body">
          <CodeBlock label="body" code={prettyJson(request.body)} />
        </Part>
      )}
      <Part title="Answer">
        <CodeBlock label="answer" code={prettyJson(request.response)} />
      </Part>
      <Part title="Headers">
        <HeaderList headers={request.headers} />
        <p className="mt-1.5 text-xs text-ink-3">
          Keys, cookies and other secrets are hidden before a request is kept.
        </p>
      </Part>
    </div>
  );
}

/** A titled part of a request's detail. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-medium text-ink-3">{title}</h3>
      {children}
    </section>
  );
}

export function HeaderList({ headers }: { headers: ReactNode[][] }) {
  return (
    <dl className="grid gap-1 rounded-md border bg-sunken p-3 font-mono text-xs">
      {headers.map(([name, value], at) => (
        <div key={at} className="break-all">
          <dt className="inline text-ink-3">{name}: </dt>
          <dd className="inline">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Sends a logged request again, as a new one, and opens that. */
export function ReplayButton({ id }: { id: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const may = useMay('manager');
  if (!may) return null;
  return (
    <Replay
      again={async () => {
        const { response } = await api.POST('/v1/requests/{id}/replay', { params: { path: { id } } });
        say('Sent again, as a new request.');
        const again = response.headers.get('x-request-id');
        if (again !== null) await navigate({ to: '/requests/$id', params: { id: again } });
        await client.invalidateQueries({ queryKey: ['requests'] });
      }}
    />
  );
}
