import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Plus, Route as RouteIcon } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { RoutingPlan } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { FormSheet, SelectField, TextField } from '@/components/form';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { say } from '@/components/toast';
import { Nothing, Time } from '@/components/values';
import { useMay } from '@/features/access/session';
import { campaignsQuery } from '@/features/campaigns/queries';
import { useTargetName } from '@/features/names';
import { toGroups } from '@/features/routing-plans/groups';
import { plansQuery } from '@/features/routing-plans/queries';
import { targetsQuery } from '@/features/targets/queries';

export const Route = createFileRoute('/_app/routing-plans/')({ component: Plans });

const column = createColumnHelper<RoutingPlan>();

function Plans() {
  const plans = useQuery(plansQuery);
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const target = useTargetName();
  const navigate = Route.useNavigate();
  const [making, setMaking] = useState(false);
  const may = useMay('manager');
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
  const create = may && (
    <Button kind="primary" onClick={() => setMaking(true)}>
      <Plus className="size-4" aria-hidden /> New plan
    </Button>
  );
  return (
    <Page
      title="Routing plans"
      lead="Which target gets a call: by priority, shared by weight, filtered by the call’s tags."
      actions={create}
    >
      <DataTable
        label="Routing plans"
        columns={columns}
        rows={plans.data}
        rowId={(each) => each.id}
        onOpen={(plan) => void navigate({ to: '/routing-plans/$id', params: { id: plan.id } })}
        problem={plans.error}
        retry={() => void plans.refetch()}
        empty={
          <Empty icon={RouteIcon} title="No routing plan yet" action={create}>
            A plan needs at least one target. A campaign then says that its calls go by it.
          </Empty>
        }
      />
      {making && <NewPlan onClose={() => setMaking(false)} />}
    </Page>
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
      <SelectField form={form} name="target" label="First target" hint="More are added on the next page.">
        {targets.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </SelectField>
    </FormSheet>
  );
}
