import { useQuery } from '@tanstack/react-query';
import { Controller, type UseFormReturn } from 'react-hook-form';
import type { WebhookType } from '@/api/types';
import { ChecksField, named } from '@/components/checks-field';
import { Choices, FieldRow } from '@/components/field';
import { AreaField, CheckField, SelectField, TextField } from '@/components/form';
import { campaignsQuery } from '../campaigns/queries';
import { NoneYet } from '../none-yet';
import type { SettingsForm } from './settings';

/** The settings that a webhook of this type has. */
export function SettingsFields({ form, type }: { form: UseFormReturn<SettingsForm>; type: WebhookType }) {
  const callData = type === 'call_data';
  return (
    <div className="grid gap-5">
      <TextField
        form={form}
        name="name"
        label="Name"
        placeholder="Landing page"
        hint="For you and the call’s timeline."
      />
      <FieldRow>
        <div className="grid grid-cols-[1fr_7.5rem] gap-2">
          <TextField
            form={form}
            name="lookback_count"
            label="Lookback"
            inputMode="numeric"
            hint={
              callData
                ? 'How long data waits for its caller: 60 seconds to 400 days.'
                : 'How old a call may be when it is found by its number: 1 to 7 days.'
            }
          />
          <SelectField form={form} name="lookback_unit" label="Unit">
            {['days', 'hours', 'minutes', 'seconds'].map((unit) => (
              <option key={unit}>{unit}</option>
            ))}
          </SelectField>
        </div>
        <div className="grid grid-cols-[1fr_7.5rem] gap-2">
          <TextField
            form={form}
            name="rate_count"
            label="Rate limit"
            inputMode="numeric"
            hint="Requests in any such span; more get 429."
          />
          <SelectField form={form} name="rate_per" label="Per">
            {['minute', 'hour', 'day'].map((per) => (
              <option key={per}>{per}</option>
            ))}
          </SelectField>
        </div>
      </FieldRow>
      {callData ? <CallDataFields form={form} /> : <UpdateFields form={form} />}
      <Controller
        control={form.control}
        name="idempotency"
        render={({ field }) => (
          <Choices
            label="The same transaction_id with another payload"
            columns
            value={field.value as 'replay' | 'strict'}
            onChange={field.onChange}
            choices={[
              {
                value: 'replay',
                label: 'Answer as the first time',
                hint: 'Marked as a mismatch in the request log.',
              },
              { value: 'strict', label: 'Refuse', hint: '409 transaction_id_reused.' },
            ]}
          />
        )}
      />
      <AreaField
        form={form}
        name="origins"
        label="Origins whose pages may send"
        optional
        rows={2}
        placeholder="https://www.example.com"
        hint="One on a line. Empty: any page may send from a browser."
      />
    </div>
  );
}

function CallDataFields({ form }: { form: UseFormReturn<SettingsForm> }) {
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const limited = form.watch('limited');
  return (
    <>
      <Controller
        control={form.control}
        name="match"
        render={({ field }) => (
          <Choices
            label="If a caller has several requests waiting"
            columns
            value={field.value as 'newest' | 'merge'}
            onChange={field.onChange}
            choices={[
              { value: 'newest', label: 'Use the newest', hint: 'Older ones are superseded.' },
              { value: 'merge', label: 'Merge all', hint: 'Within the lookback; newer values win.' },
            ]}
          />
        )}
      />
      <CheckField
        form={form}
        name="consume"
        label="Use each request for one call only"
        hint="Otherwise it also serves the caller’s later calls."
      />
      <div className="grid gap-2">
        <CheckField form={form} name="limited" label="Only for calls of certain campaigns" />
        {limited && (
          <ChecksField
            form={form}
            name="campaigns"
            label="Campaigns"
            unlabelled
            choices={named(campaigns)}
            none={<NoneYet noun="campaign" />}
          />
        )}
      </div>
    </>
  );
}

function UpdateFields({ form }: { form: UseFormReturn<SettingsForm> }) {
  return (
    <>
      <SelectField form={form} name="phone_match" label="An update that names only a phone number changes">
        <option value="all">every call of that caller in the lookback</option>
        <option value="latest">the latest call only</option>
        <option value="only">the call, if there is just one; else 409 ambiguous_call</option>
      </SelectField>
      <Controller
        control={form.control}
        name="on_unmatched"
        render={({ field }) => (
          <Choices
            label="If the call isn’t there"
            columns
            value={field.value as '404' | 'hold'}
            onChange={field.onChange}
            choices={[
              { value: '404', label: 'Answer 404', hint: 'As the contract says; the sender knows at once.' },
              { value: 'hold', label: 'Hold it', hint: 'Answered 200, applied when the call appears.' },
            ]}
          />
        )}
      />
    </>
  );
}
