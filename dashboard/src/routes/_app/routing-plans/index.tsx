import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Route as RouteIcon } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { RoutingPlan } from '@/api/types';
import { Badge } from '@/components/badge';
import { FormSheet, SelectField, TextField } from '@/components/form';
import { say } from '@/components/toast';
import { Nothing, Time } from '@/components/values';
import { campaignsQuery } from '@/features/campaigns/queries';
import { useTargetName } from '@/features/names';
import { NoneYet } from '@/features/none-yet';
import { NounList } from '@/features/noun-list';
import { toGroups } from '@/features/routing-plans/groups';
import { plansQuery } from '@/features/routing-plans/queries';
import { targetsQuery } from '@/features/targets/queries';

export const Route = createFileRoute('/_app/routing-plans/')({ component: Plans });

const column = createColumnHelper<RoutingPlan>();

function Plans() {
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const target = useTargetName();
  const navigate = Route.useNavigate();
  const columns = [
    column.accessor('name', {
      header: 'Plan',
      cell: (cell) => (
        <span className="flex items-center gap-2 font-medium">
          {cell.getValue()}
          {cell.row.original.draft && <Badge tone="warn">draft</Badge>}
          {cell.row.original.problem && <Badge tone="bad">can’t be read</Badge>}
        </span>
      ),
    }),
    column.accessor('routes', {
      header: 'Targets in order',
      meta: { from: 'sm', grow: true },
      cell: (cell) => (
        <span className="text-ink-2">
          {toGroups(cell.getValue())
            .map((group) => group.routes.map(({ route }) => target(route.target)).join(' + '))
            .join('  ›  ')}
        </span>
      ),
    }),
    column.display({
      id: 'campaigns',
      header: 'Used by',
      meta: { from: 'md' },
      cell: (cell) =>
        campaigns
          .filter((each) => each.routing?.plan === cell.row.original.id)
          .map((each) => each.name)
          .join(', ') || <Nothing />,
    }),
    column.accessor('updated_at', {
      header: 'Changed',
      meta: { align: 'right' },
      cell: (cell) => <Time at={cell.getValue()} relative />,
    }),
  ];
  return (
    <NounList
      title="Routing plans"
      lead="Which target gets a call: by priority, shared by weight, filtered by the call’s tags."
      icon={RouteIcon}
      query={plansQuery}
      columns={columns}
      create="New plan"
      empty={{
        title: 'No routing plan yet',
        text: 'A plan needs at least one target. A campaign then says that its calls go by it.',
      }}
      onOpen={(plan) => void navigate({ to: '/routing-plans/$id', params: { id: plan.id } })}
      form={(_, onClose) => <NewPlan onClose={onClose} />}
    />
  );
}

function NewPlan({ onClose }: { onClose(): void }) {
  const client = useQueryClient();
  const navigate = Route.useNavigate();
  const targets = useQuery(targetsQuery).data ?? [];
  const form = useForm({
    values: { name: '', target: targets[0]?.id ?? '' },
    resetOptions: { keepDirtyValues: true },
  });
  const save = async (values: { name: string; target: string }) => {
    const plan = await data(
      api.POST('/v1/routing-plans', { body: { name: values.name, routes: [{ target: values.target }] } }),
    );
    await client.invalidateQueries({ queryKey: ['routing-plans'] });
    say('Plan made.');
    await navigate({ to: '/routing-plans/$id', params: { id: plan.id } });
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title="New routing plan"
      form={form}
      save={save}
      deed="Make plan"
    >
      <TextField form={form} name="name" label="Name" placeholder="Medicare" />
      <SelectField
        form={form}
        name="target"
        label="First target"
        hint={targets.length === 0 ? <NoneYet noun="target" /> : 'More are added on the next page.'}
      >
        {targets.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </SelectField>
    </FormSheet>
  );
}
