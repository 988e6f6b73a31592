import { SendHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Schema } from '@/api/types';
import { Button } from '@/components/button';
import { FieldRow } from '@/components/field';
import { SelectField, TextField, useSave } from '@/components/form';
import { ProblemNote } from '@/components/states';
import { Attempt, SentRequest } from './delivery-detail';
import { EVENTS, type OutgoingEvent } from './events';
import type { OutgoingWebhook } from './form';

interface Values {
  event: OutgoingEvent;
  call_log_id: string;
}

/** Sends an event now, signed as any other, and shows the request and its answer; nothing is kept. */
export function SendOutgoingTest({ webhook }: { webhook: OutgoingWebhook }) {
  const [result, setResult] = useState<Schema['OutgoingTestResult']>();
  const form = useForm<Values>({
    defaultValues: { event: webhook.events[0] ?? 'call.completed', call_log_id: '' },
  });
  const { submit, problem, busy } = useSave(form, async ({ event, call_log_id }) => {
    setResult(undefined);
    setResult(
      await data(
        api.POST('/v1/outgoing-webhooks/{id}/test', {
          params: { path: { id: webhook.id } },
          body: { event, ...(call_log_id.trim() ? { call_log_id: call_log_id.trim() } : {}) },
        }),
      ),
    );
  });
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <FieldRow>
        <SelectField form={form} name="event" label="Event">
          {EVENTS.map(({ value }) => (
            <option key={value}>{value}</option>
          ))}
        </SelectField>
        <TextField
          form={form}
          name="call_log_id"
          label="Call id"
          optional
          className="[&_input]:font-mono [&_input]:text-xs"
          hint="Whose values are sent. Empty: a call that is made up."
        />
      </FieldRow>
      <div>
        <Button type="submit" kind="primary" busy={busy}>
          <SendHorizontal className="size-3.5" aria-hidden /> Send test
        </Button>
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {result && (
        <div className="grid gap-5 border-t pt-4">
          <div role="status">
            <Attempt attempt={result.attempt} />
          </div>
          <SentRequest request={result.request} />
        </div>
      )}
    </form>
  );
}
