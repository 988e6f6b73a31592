import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { RtbEndpoint } from '@/api/types';
import { ChecksField } from '@/components/checks-field';
import { FieldRow } from '@/components/field';
import { CheckField, FormSheet, SelectField, TextField } from '@/components/form';
import { phone } from '@/components/format';
import { say } from '@/components/toast';
import { campaignsQuery } from '../campaigns/queries';
import { NoneYet } from '../none-yet';
import { numbersQuery } from '../numbers/queries';
import { publishersQuery } from '../publishers/queries';

interface Values {
  name: string;
  campaign_id: string;
  publisher_id: string;
  enabled: boolean;
  reservation_seconds: string;
  payout_min: string;
  chosen: boolean;
  numbers: string[];
}

/** Makes or changes an RTB endpoint. */
export function EndpointForm({ endpoint, onClose }: { endpoint: RtbEndpoint | undefined; onClose(): void }) {
  const client = useQueryClient();
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const publishers = useQuery(publishersQuery).data ?? [];
  const numbers = useQuery(numbersQuery).data ?? [];
  const form = useForm<Values>({
    values: {
      name: endpoint?.name ?? '',
      campaign_id: endpoint?.campaign_id ?? campaigns[0]?.id ?? '',
      publisher_id: endpoint?.publisher_id ?? '',
      enabled: endpoint?.enabled ?? true,
      reservation_seconds: String(endpoint?.settings.reservation_seconds ?? 30),
      payout_min: endpoint?.settings.payout_min ? String(endpoint.settings.payout_min) : '',
      chosen: (endpoint?.settings.numbers ?? null) !== null,
      numbers: endpoint?.settings.numbers ?? [],
    },
    resetOptions: { keepDirtyValues: true },
  });
  const [campaign, chosen] = form.watch(['campaign_id', 'chosen']);
  const save = async (values: Values) => {
    const body = {
      name: values.name,
      campaign_id: values.campaign_id,
      publisher_id: values.publisher_id || null,
      enabled: values.enabled,
      settings: {
        reservation_seconds: Number(values.reservation_seconds),
        payout_min: values.payout_min ? Number(values.payout_min) : null,
        numbers: values.chosen ? values.numbers : null,
      },
    };
    if (endpoint)
      await data(api.PATCH('/v1/rtb-endpoints/{id}', { params: { path: { id: endpoint.id } }, body }));
    else await data(api.POST('/v1/rtb-endpoints', { body }));
    await client.invalidateQueries({ queryKey: ['rtb-endpoints'] });
    say(endpoint ? 'Endpoint saved.' : 'Endpoint made; its address is in the list.');
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={endpoint ? endpoint.name : 'New RTB endpoint'}
      form={form}
      save={save}
      deed={endpoint ? 'Save endpoint' : 'Make endpoint'}
    >
      <TextField form={form} name="name" label="Name" />
      <FieldRow>
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
        <SelectField form={form} name="publisher_id" label="Publisher">
          <option value="">none</option>
          {publishers.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </SelectField>
      </FieldRow>
      <FieldRow>
        <TextField
          form={form}
          name="reservation_seconds"
          label="Hold a place for, seconds"
          inputMode="numeric"
          hint="1 to 300."
        />
        <TextField
          form={form}
          name="payout_min"
          label="Least payout, USD"
          inputMode="decimal"
          optional
          hint="Routes that pay less are not offered."
        />
      </FieldRow>
      <CheckField form={form} name="enabled" label="Answers bids" />
      <CheckField
        form={form}
        name="chosen"
        label="Announce certain numbers only"
        hint="Otherwise the publisher’s numbers of the campaign, or those of no publisher."
      />
      {chosen && (
        <ChecksField
          form={form}
          name="numbers"
          label="Numbers"
          unlabelled
          choices={numbers
            .filter((each) => each.campaign_id === campaign)
            .map((each) => ({ value: each.id, label: phone(each.phone_number) }))}
          none={<NoneYet noun="number" />}
        />
      )}
    </FormSheet>
  );
}
