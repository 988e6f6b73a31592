import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Megaphone, PhoneCall } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Group } from '@/api/types';
import { Badge } from '@/components/badge';
import { Lead } from '@/components/data-table';
import { FormSheet, SelectField, TextField } from '@/components/form';
import { MenuItem } from '@/components/menu';
import { say } from '@/components/toast';
import { campaignsQuery } from '@/features/campaigns/queries';
import { flowsQuery } from '@/features/flows/queries';
import { fromLines, toLines } from '@/features/groups/defaults';
import { TagDefaults, TagDefaultsField } from '@/features/groups/tag-defaults';
import { useFlowName, usePlanName } from '@/features/names';
import { NounList } from '@/features/noun-list';
import { numbersQuery } from '@/features/numbers/queries';
import { plansQuery } from '@/features/routing-plans/queries';

export const Route = createFileRoute('/_app/campaigns')({ component: Campaigns });

const column = createColumnHelper<Group>();

function Campaigns() {
  const numbers = useQuery(numbersQuery).data ?? [];
  const navigate = Route.useNavigate();
  const columns = [
    column.accessor('name', {
      header: 'Campaign',
      cell: (cell) => <Lead>{cell.getValue()}</Lead>,
    }),
    column.accessor('routing', {
      header: 'Calls go by',
      cell: (cell) => <Routing routing={cell.getValue()} />,
    }),
    column.display({
      id: 'numbers',
      header: 'Numbers',
      meta: { from: 'sm', align: 'right' },
      cell: (cell) => (
        <span className="tnum">
          {numbers.filter((each) => each.campaign_id === cell.row.original.id).length}
        </span>
      ),
    }),
    column.accessor('tag_defaults', {
      header: 'Tag defaults',
      meta: { from: 'md' },
      cell: (cell) => <TagDefaults tags={cell.getValue()} />,
    }),
  ];
  return (
    <NounList
      title="Campaigns"
      lead="What calls are about. A campaign owns numbers and says how its calls are routed."
      icon={Megaphone}
      query={campaignsQuery}
      columns={columns}
      create="New campaign"
      empty={{
        title: 'No campaign yet',
        text: 'Make one, give it a number, and choose a routing plan or a call flow for it.',
      }}
      removal={{
        nameOf: (row) => row.name,
        meaning: 'Its calls keep their data. A campaign that has numbers or RTB endpoints can’t be deleted.',
        remove: (id) => data(api.DELETE('/v1/campaigns/{id}', { params: { path: { id } } })),
      }}
      items={(row) => (
        <MenuItem onSelect={() => void navigate({ to: '/calls', search: { campaign: row.id } })}>
          <PhoneCall className="size-4 text-ink-3" aria-hidden /> See its calls
        </MenuItem>
      )}
      form={(row, onClose) => <CampaignForm campaign={row} onClose={onClose} />}
    />
  );
}

function Routing({ routing }: { routing: Group['routing'] }) {
  const plan = usePlanName();
  const flow = useFlowName();
  if (routing?.plan)
    return (
      <Link
        to="/routing-plans/$id"
        params={{ id: routing.plan }}
        className="inline-flex items-center gap-2 hover:underline"
      >
        <Badge>plan</Badge> {plan(routing.plan)}
      </Link>
    );
  if (routing?.flow)
    return (
      <span className="inline-flex items-center gap-2">
        <Badge tone="info">flow</Badge> {flow(routing.flow)}
      </span>
    );
  return <span className="text-ink-3">the switch decides</span>;
}

interface CampaignValues {
  name: string;
  routing: string;
  tag_defaults: string;
}

function CampaignForm({ campaign, onClose }: { campaign: Group | undefined; onClose(): void }) {
  const client = useQueryClient();
  const plans = useQuery(plansQuery).data ?? [];
  const flows = useQuery(flowsQuery).data ?? [];
  const routing = campaign?.routing;
  const form = useForm<CampaignValues>({
    values: {
      name: campaign?.name ?? '',
      routing: routing?.plan ? `plan:${routing.plan}` : routing?.flow ? `flow:${routing.flow}` : '',
      tag_defaults: toLines(campaign?.tag_defaults),
    },
  });
  const save = async (values: CampaignValues) => {
    const [kind, id] = values.routing.split(':');
    const body = {
      name: values.name,
      tag_defaults: fromLines(values.tag_defaults),
      routing: kind === 'plan' && id ? { plan: id } : kind === 'flow' && id ? { flow: id } : null,
    };
    if (campaign)
      await data(api.PATCH('/v1/campaigns/{id}', { params: { path: { id: campaign.id } }, body }));
    else await data(api.POST('/v1/campaigns', { body }));
    await client.invalidateQueries({ queryKey: ['campaigns'] });
    say(campaign ? 'Campaign saved.' : 'Campaign made.');
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={campaign ? campaign.name : 'New campaign'}
      form={form}
      save={save}
      deed={campaign ? 'Save campaign' : 'Make campaign'}
    >
      <TextField form={form} name="name" label="Name" />
      <SelectField
        form={form}
        name="routing"
        label="Calls go by"
        hint="Takes effect for new calls within a second."
      >
        <option value="">nothing: the switch decides</option>
        <optgroup label="Routing plans">
          {plans.map((plan) => (
            <option key={plan.id} value={`plan:${plan.id}`}>
              {plan.name}
            </option>
          ))}
        </optgroup>
        <optgroup label="Published call flows">
          {flows
            .filter((flow) => flow.version)
            .map((flow) => (
              <option key={flow.id} value={`flow:${flow.id}`}>
                {flow.name} (version {flow.version})
              </option>
            ))}
        </optgroup>
      </SelectField>
      <TagDefaultsField form={form} name="tag_defaults" placeholder="vertical = medicare" />
    </FormSheet>
  );
}
