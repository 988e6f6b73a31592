import { useQuery } from '@tanstack/react-query';
import type { UseFormReturn } from 'react-hook-form';
import { ChecksField, named } from '@/components/checks-field';
import { FieldRow } from '@/components/field';
import { CheckField, SelectField, TextField } from '@/components/form';
import { campaignsQuery } from '../campaigns/queries';
import { customTagsQuery } from '../custom-tags/queries';
import { NoneYet } from '../none-yet';
import { BodyFields } from './body-fields';
import { EVENTS } from './events';
import { METHODS, type OutgoingForm } from './form';
import { HeaderFields } from './header-fields';
import { preview } from './template';
import { TemplateField } from './template-field';

/** What an outgoing webhook is set to. */
export function OutgoingFields({ form }: { form: UseFormReturn<OutgoingForm> }) {
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const tags = useQuery(customTagsQuery).data ?? [];
  const [limited, url] = form.watch(['limited', 'url']);
  const samples = Object.fromEntries(
    tags.map((tag) => [tag.key, tag.kind.values?.[0] ?? tag.default ?? 'sample']),
  );
  return (
    <div className="grid gap-6">
      <TextField form={form} name="name" label="Name" placeholder="CRM" />
      <ChecksField form={form} name="events" label="Tell it of" columns choices={EVENTS} />
      <div className="grid gap-2">
        <CheckField
          form={form}
          name="limited"
          label="Only of calls of certain campaigns"
          hint="Otherwise of every call."
        />
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
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-[7rem_1fr]">
        <SelectField form={form} name="method" label="Method">
          {METHODS.map((method) => (
            <option key={method}>{method}</option>
          ))}
        </SelectField>
        <TemplateField
          form={form}
          name="url"
          label="URL"
          placeholder="https://crm.example/lead?cid=[CALL_ID]"
          hint={
            url.includes('[') ? (
              <span className="break-all">Such as {preview(url, 'url', samples)}</span>
            ) : (
              'Tags may stand in its path and query.'
            )
          }
        />
      </div>
      <BodyFields form={form} samples={samples} />
      <HeaderFields form={form} />
      <FieldRow>
        <TextField
          form={form}
          name="attempts_max"
          label="Attempts"
          inputMode="numeric"
          hint="1 to 20. What does not get a 2xx is tried again after 5 seconds, then later and later."
        />
        <TextField
          form={form}
          name="timeout_seconds"
          label="Time-out, seconds"
          inputMode="numeric"
          hint="1 to 30: how long an answer may take."
        />
      </FieldRow>
    </div>
  );
}
