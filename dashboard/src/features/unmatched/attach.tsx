import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import type { Call, Unmatched } from '@/api/types';
import { CallStatusBadge } from '@/components/badge';
import { Button } from '@/components/button';
import { Field, Input } from '@/components/field';
import { Dialog } from '@/components/overlay';
import { ErrorState, LoadingRows, ProblemNote } from '@/components/states';
import { say } from '@/components/toast';
import { Phone, Time } from '@/components/values';
import { callsQuery } from '../calls/queries';

/** Looks for the call that an unmatched request is about, and gives it to it. */
export function Attach({ request, onClose }: { request: Unmatched; onClose(): void }) {
  const client = useQueryClient();
  const [caller, setCaller] = useState(request.caller ?? '');
  const [asked, setAsked] = useState(request.caller ?? '');
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState<string>();
  const calls = useInfiniteQuery(callsQuery(asked ? { caller: asked } : {}));
  const found = calls.data?.pages[0]?.calls.slice(0, 20);
  const attach = async (call: Call) => {
    setBusy(call.call_log_id);
    setProblem(undefined);
    try {
      await data(
        api.POST('/v1/unmatched/{request_id}/attach', {
          params: { path: { request_id: request.request_id } },
          body: { call_log_id: call.call_log_id },
        }),
      );
      await client.invalidateQueries({ queryKey: ['unmatched'] });
      say('Attached: the call has it now.');
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title="Attach to a call">
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(caller.trim());
        }}
      >
        <Field label="Caller of the call" className="flex-1">
          {(control) => (
            <Input
              {...control}
              value={caller}
              onChange={(event) => setCaller(event.target.value)}
              placeholder="+13105559876"
            />
          )}
        </Field>
        <Button type="submit">Search</Button>
      </form>
      {problem !== undefined && <ProblemNote problem={problem} className="mt-3" />}
      <div className="mt-3 rounded-md border">
        {calls.error ? (
          <ErrorState problem={calls.error} />
        ) : found === undefined ? (
          <LoadingRows rows={3} />
        ) : found.length === 0 ? (
          <p className="p-4 text-sm text-ink-3">
            This caller has no call. Empty the field to see the latest calls.
          </p>
        ) : (
          <ul>
            {found.map((call) => (
              <li
                key={call.call_log_id}
                className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2 last:border-b-0"
              >
                <span className="font-medium">
                  <Phone number={call.caller} />
                </span>
                <CallStatusBadge status={call.status} />
                <span className="text-xs text-ink-3">
                  <Time at={call.started_at} /> {call.campaign_name && `· ${call.campaign_name}`}
                </span>
                <Button
                  small
                  className="ml-auto"
                  busy={busy === call.call_log_id}
                  onClick={() => void attach(call)}
                >
                  Attach
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
