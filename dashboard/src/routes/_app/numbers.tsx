import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Hash, Plus } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { PhoneNumber } from '@/api/types';
import { Button } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { FormSheet, SelectField, TextField } from '@/components/form';
import { phone } from '@/components/format';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { say } from '@/components/toast';
import { Nothing, Phone } from '@/components/values';
import { useMay } from '@/features/access/session';
import { campaignsQuery } from '@/features/campaigns/queries';
import { useCampaignName, usePublisherName } from '@/features/names';
import { numbersQuery } from '@/features/numbers/queries';
import { publishersQuery } from '@/features/publishers/queries';
import { RowMenu } from '@/features/row-menu';

export const Route = createFileRoute('/_app/numbers')({ component: Numbers });

const column = createColumnHelper<PhoneNumber>();

function Numbers() {
  const numbers = useQuery(numbersQuery);
  const campaign = useCampaignName();
  const publisher = usePublisherName();
  const client = useQueryClient();
  const [editing, setEditing] = useState<PhoneNumber | 'new'>();
  const may = useMay('manager');
  const columns = [
    column.accessor('phone_number', {
      header: 'Number',
      cell: (cell) => (
        <span className="font-medium">
          <Phone number={cell.getValue()} />
        </span>
      ),
    }),
    column.accessor('campaign_id', { header: 'Campaign', cell: (cell) => campaign(cell.getValue()) }),
    column.accessor('publisher_id', {
      header: 'Publisher',
      meta: { from: 'sm' },
      cell: (cell) => {
        const id = cell.getValue();
        return id ? publisher(id) : <Nothing />;
      },
    }),
    column.display({
      id: 'menu',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: (cell) => (
        <RowMenu
          name={phone(cell.row.original.phone_number)}
          onEdit={() => setEditing(cell.row.original)}
          meaning="Calls to it are no longer known to belong to its campaign. Past calls stay."
          onDelete={async () => {
            await data(api.DELETE('/v1/numbers/{id}', { params: { path: { id: cell.row.original.id } } }));
            await client.invalidateQueries({ queryKey: ['numbers'] });
            say(`${phone(cell.row.original.phone_number)} is removed.`);
          }}
        />
      ),
    }),
  ];
  const create = may && (
    <Button kind="primary" onClick={() => setEditing('new')}>
      <Plus className="size-4" aria-hidden /> Add number
    </Button>
  );
  return (
    <Page
      title="Numbers"
      lead="Tracking numbers. The dialed number tells a call’s campaign and publisher."
      actions={create}
    >
      <DataTable
        label="Numbers"
        columns={columns}
        rows={numbers.data}
        rowId={(each) => each.id}
        {...(may ? { onOpen: setEditing } : {})}
        problem={numbers.error}
        retry={() => void numbers.refetch()}
        empty={
          <Empty icon={Hash} title="No number yet" action={create}>
            Add the numbers that your switch receives calls on. Each belongs to one campaign.
          </Empty>
        }
      />
      {editing && (
        <NumberForm
          key={editing === 'new' ? 'new' : editing.id}
          number={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Page>
  );
}

interface NumberValues {
  phone_number: string;
  campaign_id: string;
  publisher_id: string;
}

function NumberForm({ number, onClose }: { number: PhoneNumber | undefined; onClose(): void }) {
  const client = useQueryClient();
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const publishers = useQuery(publishersQuery).data ?? [];
  const form = useForm<NumberValues>({
    values: {
      phone_number: number?.phone_number ?? '',
      campaign_id: number?.campaign_id ?? campaigns[0]?.id ?? '',
      publisher_id: number?.publisher_id ?? '',
    },
    resetOptions: { keepDirtyValues: true },
  });
  const save = async (values: NumberValues) => {
    const body = { ...values, publisher_id: values.publisher_id || null };
    if (number) await data(api.PATCH('/v1/numbers/{id}', { params: { path: { id: number.id } }, body }));
    else await data(api.POST('/v1/numbers', { body }));
    await client.invalidateQueries({ queryKey: ['numbers'] });
    say(number ? 'Number saved.' : 'Number added.');
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={number ? phone(number.phone_number) : 'Add a number'}
      form={form}
      save={save}
      deed={number ? 'Save number' : 'Add number'}
    >
      <TextField
        form={form}
        name="phone_number"
        label="Phone number"
        inputMode="tel"
        placeholder="+18885550100"
        hint="With its country code, or as written in the organization’s country."
      />
      <SelectField form={form} name="campaign_id" label="Campaign">
        {campaigns.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </SelectField>
      <SelectField
        form={form}
        name="publisher_id"
        label="Publisher"
        hint="Whose calls they are, if the number is used by one publisher only."
      >
        <option value="">none</option>
        {publishers.map((each) => (
          <option key={each.id} value={each.id}>
            {each.name}
          </option>
        ))}
      </SelectField>
    </FormSheet>
  );
}
