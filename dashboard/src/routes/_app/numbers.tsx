import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Hash } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { PhoneNumber } from '@/api/types';
import { FormSheet, SelectField, TextField } from '@/components/form';
import { phone } from '@/components/format';
import { say } from '@/components/toast';
import { Nothing, Phone } from '@/components/values';
import { campaignsQuery } from '@/features/campaigns/queries';
import { useCampaignName, usePublisherName } from '@/features/names';
import { NoneYet } from '@/features/none-yet';
import { NounList } from '@/features/noun-list';
import { numbersQuery } from '@/features/numbers/queries';
import { publishersQuery } from '@/features/publishers/queries';

export const Route = createFileRoute('/_app/numbers')({ component: Numbers });

const column = createColumnHelper<PhoneNumber>();

function Numbers() {
  const campaign = useCampaignName();
  const publisher = usePublisherName();
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
  ];
  return (
    <NounList
      title="Numbers"
      lead="Tracking numbers. The dialed number tells a call’s campaign and publisher."
      icon={Hash}
      query={numbersQuery}
      columns={columns}
      create="Add number"
      empty={{
        title: 'No number yet',
        text: 'Add the numbers that your switch receives calls on. Each belongs to one campaign.',
      }}
      removal={{
        nameOf: (row) => phone(row.phone_number),
        meaning: 'Calls to it are no longer known to belong to its campaign. Past calls stay.',
        remove: (id) => data(api.DELETE('/v1/numbers/{id}', { params: { path: { id } } })),
      }}
      form={(row, onClose) => <NumberForm number={row} onClose={onClose} />}
    />
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
      <SelectField
        form={form}
        name="campaign_id"
        label="Campaign"
        hint={campaigns.length === 0 && <NoneYet noun="campaign" />}
      >
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
