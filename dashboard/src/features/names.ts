import { queryOptions, useQuery } from '@tanstack/react-query';
import { data as answer, api } from '@/api/client';
import { campaignsQuery } from './campaigns/queries';
import { flowsQuery } from './flows/queries';
import { outgoingQuery } from './outgoing/queries';
import { publishersQuery } from './publishers/queries';
import { plansQuery } from './routing-plans/queries';
import { targetsQuery } from './targets/queries';
import { webhooksQuery } from './webhooks/queries';

const actorsQuery = queryOptions({
  queryKey: ['actors'],
  queryFn: async () => (await answer(api.GET('/v1/actors'))).actors,
});

interface Named {
  id: string;
  name: string;
}

/** The name behind an id; the end of the id if it was deleted. */
function byId(all: Named[] | undefined): (id: string) => string {
  const names = new Map(all?.map((each) => [each.id, each.name]));
  return (id) => names.get(id) ?? (all === undefined ? '…' : `deleted (…${id.slice(-6)})`);
}

export const useCampaignName = () => byId(useQuery(campaignsQuery).data);
export const usePublisherName = () => byId(useQuery(publishersQuery).data);
export const useTargetName = () => byId(useQuery(targetsQuery).data);
export const usePlanName = () => byId(useQuery(plansQuery).data);
export const useFlowName = () => byId(useQuery(flowsQuery).data);
export const useOutgoingName = () => byId(useQuery(outgoingQuery).data);
export const useWebhookName = () => byId(useQuery(webhooksQuery).data);

/** Who made a change: "webhook:ID", "api_key:ID", "user:ID" or a word. */
export function useActor(): (by: string) => string {
  const { data } = useQuery(actorsQuery);
  return (by) => {
    const [kind, id] = by.split(':');
    if (kind === undefined || id === undefined) return by.replaceAll('_', ' ');
    const name = data?.find((each) => each.by === by)?.name;
    const known = name ?? (data === undefined ? '…' : `deleted (…${id.slice(-6)})`);
    return kind === 'user' ? known : `${kind === 'api_key' ? 'API key' : kind} ${known}`;
  };
}
