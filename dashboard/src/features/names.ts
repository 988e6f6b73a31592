import { useQuery } from '@tanstack/react-query';
import { campaignsQuery } from './campaigns/queries';
import { flowsQuery } from './flows/queries';
import { outgoingQuery } from './outgoing/queries';
import { publishersQuery } from './publishers/queries';
import { plansQuery } from './routing-plans/queries';
import { targetsQuery } from './targets/queries';
import { webhooksQuery } from './webhooks/queries';

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
  const webhook = useWebhookName();
  return (by) => {
    const [kind, id] = by.split(':');
    if (kind === 'webhook' && id !== undefined) return `webhook ${webhook(id)}`;
    if (kind === 'api_key' && id !== undefined) return `API key …${id.slice(-6)}`;
    if (kind === 'user' && id !== undefined) return `user …${id.slice(-6)}`;
    return by.replaceAll('_', ' ');
  };
}
