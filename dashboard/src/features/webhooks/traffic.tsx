import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { Schema } from '@/api/types';
import { plural } from '@/components/format';
import { Skeleton } from '@/components/states';
import { Nothing, Time } from '@/components/values';
import { bars } from './traffic-bars';

const HOURS = 24;
const AGAIN_MS = 30_000;
const HEIGHT = 20;

/** What all webhooks were sent in a day, in one answer. */
const trafficQuery = queryOptions({
  queryKey: ['webhooks', 'traffic'],
  queryFn: async () => {
    const { webhooks } = await data(api.GET('/v1/webhooks/traffic', { params: { query: { hours: HOURS } } }));
    return new Map(webhooks.map((each) => [each.webhook_id, each]));
  },
  refetchInterval: AGAIN_MS,
});

function useTraffic(id: string): { isRead: boolean; of: Schema['TrafficOfWebhook'] | undefined } {
  const { data } = useQuery(trafficQuery);
  return { isRead: data !== undefined, of: data?.get(id) };
}

/** An hour is a bar: how high says how many, and amber is what was refused. */
export function Traffic({ id }: { id: string }) {
  const { isRead, of } = useTraffic(id);
  if (!isRead) return <Skeleton className="h-4 w-40" />;
  const points = of?.points ?? Array.from({ length: HOURS }, () => ({ requests: 0, refused: 0 }));
  return (
    <span
      role="img"
      aria-label={`${plural(of?.requests ?? 0, 'request')} in 24 hours, of which ${of?.refused ?? 0} refused`}
      className="inline-flex items-end gap-3"
    >
      <span className="inline-flex items-end gap-[2px]" style={{ height: HEIGHT }}>
        {bars(points, HEIGHT).map((bar, at) => (
          <span key={at} className="flex w-1 flex-col overflow-hidden rounded-[1px]">
            <span className="bg-warn" style={{ height: bar.refused }} />
            <span
              className={bar.accepted + bar.refused > 1 ? 'bg-accent/70' : 'bg-line'}
              style={{ height: bar.accepted }}
            />
          </span>
        ))}
      </span>
      <span className="tnum text-xs text-ink-3">{(of?.requests ?? 0).toLocaleString('en-US')}</span>
    </span>
  );
}

export function RefusedShare({ id }: { id: string }) {
  const { of } = useTraffic(id);
  if (!of || of.requests === 0) return <Nothing />;
  const share = Math.round((100 * of.refused) / of.requests);
  return (
    <span
      className={of.refused > 0 ? 'tnum font-medium text-warn' : 'tnum text-ink-3'}
      title={`${of.refused.toLocaleString('en-US')} of ${plural(of.requests, 'request')}`}
    >
      {of.refused > 0 && share === 0 ? '< 1' : share}%
    </span>
  );
}

export function LastRequest({ id }: { id: string }) {
  const { of } = useTraffic(id);
  return of?.last_request_at ? <Time at={of.last_request_at} relative /> : <Nothing />;
}
