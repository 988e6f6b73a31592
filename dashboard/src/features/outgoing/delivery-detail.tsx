import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { api, data } from '@/api/client';
import type { Schema } from '@/api/types';
import { HttpStatus } from '@/components/badge';
import { CodeBlock, prettyJson } from '@/components/code';
import { CopyId } from '@/components/copy';
import { Facts } from '@/components/page';
import { Replay } from '@/components/replay';
import { say } from '@/components/toast';
import { Nothing, Time } from '@/components/values';
import { useMay } from '../access/session';
import { useOutgoingName } from '../names';
import { HeaderList, Part } from '../requests/detail';
import { StateBadge } from './delivery-state';

const LINK = 'text-accent-ink underline decoration-accent/40 underline-offset-2';

/** One delivery: what was sent, and what came of each attempt. */
export function DeliveryDetail({ delivery }: { delivery: Schema['WholeDelivery'] }) {
  const name = useOutgoingName();
  return (
    <div className="grid gap-5">
      <Facts
        columns="grid-cols-2 sm:grid-cols-3"
        facts={[
          ['State', <StateBadge key="state" state={delivery.state} />],
          [
            'Event',
            <code key="event" className="font-mono text-xs">
              {delivery.event}
            </code>,
          ],
          [
            'Webhook',
            <Link
              key="webhook"
              to="/webhooks/outgoing/$id"
              params={{ id: delivery.outgoing_webhook_id }}
              className={LINK}
            >
              {name(delivery.outgoing_webhook_id)}
            </Link>,
          ],
          ['Happened', <Time key="due" at={delivery.due_at} />],
          [
            'Delivered',
            delivery.delivered_at ? <Time key="at" at={delivery.delivered_at} /> : <Nothing key="at" />,
          ],
          [
            'Next attempt',
            delivery.next_attempt_at ? (
              <Time key="next" at={delivery.next_attempt_at} relative />
            ) : (
              <Nothing key="next" />
            ),
          ],
          [
            'Call',
            <Link
              key="call"
              to="/calls/$id"
              params={{ id: delivery.call_log_id }}
              className={`${LINK} font-mono text-xs`}
            >
              …{delivery.call_log_id.slice(-8)}
            </Link>,
          ],
          ['Delivery id', <CopyId key="id" id={delivery.id} short label="Copy delivery id" />],
        ]}
      />
      {delivery.replay_of && (
        <p className="rounded-md bg-info-soft px-3 py-2 text-sm">
          Sent once more by hand, after{' '}
          <Link
            to="/deliveries/$id"
            params={{ id: delivery.replay_of }}
            className="underline underline-offset-2"
          >
            an earlier delivery
          </Link>
          .
        </p>
      )}
      {delivery.state === 'dropped' && delivery.last_error && (
        <p className="rounded-md bg-warn-soft px-3 py-2 text-sm">Not sent: {delivery.last_error}</p>
      )}
      <Part title="Attempts">
        {delivery.attempts.length === 0 ? (
          <p className="text-sm text-ink-3">
            {delivery.state === 'waiting' ? 'It is sent when its time has come.' : 'It was not sent yet.'}
          </p>
        ) : (
          <ol className="grid gap-3">
            {delivery.attempts.map((attempt) => (
              <li key={attempt.number}>
                <Attempt attempt={attempt} />
              </li>
            ))}
          </ol>
        )}
      </Part>
      {delivery.request && <SentRequest request={delivery.request} />}
    </div>
  );
}

/** One attempt: the status, how long it took, and what was answered. */
export function Attempt({ attempt }: { attempt: Schema['DeliveryAttempt'] }) {
  const { number, at, duration_ms, status, error, response } = attempt;
  return (
    <div className="grid gap-1.5">
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1 text-sm">
        <span className="tnum text-ink-3">{number}.</span>
        {status ? (
          <HttpStatus status={status} />
        ) : (
          <span className="min-w-40 flex-1 text-bad">{error ?? 'no answer'}</span>
        )}
        {status && error && <span className="text-xs text-ink-2">{error}</span>}
        <span className="tnum ml-auto text-xs text-ink-3">
          {duration_ms.toLocaleString('en-US')} ms · <Time at={at} />
        </span>
      </div>
      {response && <CodeBlock label={`answer ${number}`} code={prettyJson(response)} />}
    </div>
  );
}

/** The request as it is sent, without the values of secret headers. */
export function SentRequest({ request }: { request: Schema['OutgoingRequest'] }) {
  return (
    <>
      <Part title="Request">
        <CodeBlock label="request line" code={`${request.method} ${request.url}`} />
      </Part>
      {request.body && (
        <Part title="Body">
          <CodeBlock label="body" code={prettyJson(request.body)} />
        </Part>
      )}
      <Part title="Headers">
        <HeaderList
          headers={request.headers.map(({ name, value }) => [
            name,
            value ?? (
              <span key="secret" className="text-ink-3">
                secret
              </span>
            ),
          ])}
        />
      </Part>
    </>
  );
}

/** Sends a delivery once more, as a new one, and opens that. */
export function ReplayDelivery({ id }: { id: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const may = useMay('manager');
  if (!may) return null;
  return (
    <Replay
      again={async () => {
        const again = await data(api.POST('/v1/deliveries/{id}/replay', { params: { path: { id } } }));
        say('To be sent again, as a new delivery.');
        await navigate({ to: '/deliveries/$id', params: { id: again.id } });
        await client.invalidateQueries({ queryKey: ['deliveries'] });
      }}
    />
  );
}
