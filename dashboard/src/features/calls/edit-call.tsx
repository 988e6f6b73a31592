import { useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Schema, WholeCall } from '@/api/types';
import { FieldRow } from '@/components/field';
import { AreaField, FormSheet, SelectField, TextField } from '@/components/form';
import { say } from '@/components/toast';
import { fromLines } from '../groups/defaults';
import { callQuery } from './queries';

interface Values {
  revenue_paid_out: string;
  publisher_paid_out: string;
  converted: string;
  reason: string;
  add: string;
  remove: string;
}

/** Changes a call by hand; only what was touched is sent, and the timeline says who did it. */
export function EditCall({ call, onClose }: { call: WholeCall; onClose(): void }) {
  const client = useQueryClient();
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : String(value);
  const form = useForm<Values>({
    defaultValues: {
      revenue_paid_out: text(call.revenue_paid_out),
      publisher_paid_out: text(call.publisher_paid_out),
      converted: String(call.converted),
      reason: call.reason ?? '',
      add: '',
      remove: '',
    },
  });
  const touched = form.formState.dirtyFields;
  const save = async (values: Values) => {
    const body: Schema['CallEdit'] = {
      ...(touched.revenue_paid_out ? { revenue_paid_out: Number(values.revenue_paid_out) } : {}),
      ...(touched.publisher_paid_out ? { publisher_paid_out: Number(values.publisher_paid_out) } : {}),
      ...(touched.converted ? { converted: values.converted === 'true' } : {}),
      ...(touched.reason ? { reason: values.reason || null } : {}),
      ...(values.add.trim() ? { add: fromLines(values.add) } : {}),
      ...(values.remove.trim() ? { remove: values.remove.split(/[\s,]+/).filter(Boolean) } : {}),
    };
    const edited = await data(
      api.PATCH('/v1/calls/{id}', { params: { path: { id: call.call_log_id } }, body }),
    );
    client.setQueryData(callQuery(call.call_log_id).queryKey, edited);
    await client.invalidateQueries({ queryKey: ['calls'] });
    say('Changed; the timeline says by whom.');
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title="Edit by hand"
      description="Only what you change is written, with your name."
      form={form}
      save={save}
      deed="Save changes"
    >
      <FieldRow>
        <TextField form={form} name="revenue_paid_out" label="Revenue, USD" inputMode="decimal" />
        <TextField
          form={form}
          name="publisher_paid_out"
          label="Payout, USD"
          inputMode="decimal"
          hint="When the call has ended."
        />
      </FieldRow>
      <FieldRow>
        <SelectField form={form} name="converted" label="Converted">
          <option value="true">Yes</option>
          <option value="false">No</option>
        </SelectField>
        <TextField form={form} name="reason" label="Reason" placeholder="sold" />
      </FieldRow>
      <AreaField
        form={form}
        name="add"
        label="Add tags, or set them"
        rows={3}
        className="font-mono text-xs"
        placeholder="lead_quality = high"
        hint="One on a line."
      />
      <TextField
        form={form}
        name="remove"
        label="Remove tags"
        placeholder="pending_review"
        hint="Their names, with commas between."
      />
    </FormSheet>
  );
}
