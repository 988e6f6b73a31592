import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Target } from '@/api/types';
import { FieldRow } from '@/components/field';
import { AreaField, CheckField, FormSheet, TextField } from '@/components/form';
import { say } from '@/components/toast';
import { fromTargetForm, toTargetForm, type TargetForm as Values } from './form';
import { DAYS } from './hours';

/** Makes or changes a target. */
export function TargetForm({ target, onClose }: { target: Target | undefined; onClose(): void }) {
  const client = useQueryClient();
  const form = useForm<Values>({ defaultValues: toTargetForm(target) });
  const [limited, pays, asks] = form.watch(['limited', 'pays', 'asks']);
  const save = async (values: Values) => {
    const body = fromTargetForm(values, target);
    if (target) await data(api.PATCH('/v1/targets/{id}', { params: { path: { id: target.id } }, body }));
    else await data(api.POST('/v1/targets', { body }));
    await client.invalidateQueries({ queryKey: ['targets'] });
    say(target ? 'Target saved; new calls follow it within a second.' : 'Target made.');
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={target ? target.name : 'New target'}
      form={form}
      save={save}
      deed={target ? 'Save target' : 'Make target'}
    >
      <TextField form={form} name="name" label="Name" placeholder="Premium desk" />
      <TextField
        form={form}
        name="destination"
        label="Destination"
        placeholder="+13105550100 or sip:desk@example.com"
      />
      <FieldRow>
        <TextField
          form={form}
          name="ring_seconds"
          label="Ring for"
          optional
          inputMode="numeric"
          placeholder="30"
          hint="Seconds before the next is tried."
        />
        <TextField
          form={form}
          name="concurrency"
          label="Calls at once"
          optional
          inputMode="numeric"
          placeholder="no limit"
        />
      </FieldRow>
      <CheckField form={form} name="enabled" label="Takes calls" />
      <Group title="Caps" about="Counted exactly over all nodes. Empty: no cap.">
        <div className="grid grid-cols-2 gap-3 sm:grid-cols-4">
          <TextField form={form} name="caps.hour" label="Per hour" inputMode="numeric" />
          <TextField form={form} name="caps.day" label="Per day" inputMode="numeric" />
          <TextField form={form} name="caps.month" label="Per month" inputMode="numeric" />
          <TextField form={form} name="caps.total" label="In all" inputMode="numeric" />
        </div>
        <TextField
          form={form}
          name="cap_zone"
          label="Days begin in time zone"
          optional
          placeholder="UTC"
          list="time-zones"
        />
      </Group>
      <Group title="Hours">
        <CheckField form={form} name="limited" label="Open at certain hours only" />
        {limited && (
          <>
            <TextField form={form} name="hours_zone" label="Time zone" list="time-zones" />
            <div className="grid gap-1.5">
              {DAYS.map((day) => (
                <div key={day} className="grid grid-cols-[6.5rem_1fr] items-center gap-2">
                  <span aria-hidden className="text-sm capitalize">
                    {day}
                  </span>
                  <input
                    aria-label={`Hours on ${day}`}
                    placeholder="closed"
                    {...form.register(`week.${day}`)}
                    className="tnum h-8 rounded-md border border-edge/70 bg-raised px-2.5 text-sm placeholder:text-ink-3"
                  />
                </div>
              ))}
              <p className="text-xs text-ink-3">
                Such as <span className="tnum">09:00-12:00, 13:00-17:30</span>; until midnight is 24:00.
              </p>
            </div>
            <AreaField
              form={form}
              name="holidays"
              label="Closed on"
              optional
              rows={2}
              placeholder="2026-12-25 Christmas"
              hint="One date on a line, with a name for people."
            />
          </>
        )}
      </Group>
      <Group title="Conversion">
        <CheckField form={form} name="pays" label="Converts after a time connected" />
        {pays && (
          <div className="grid grid-cols-1 gap-3 sm:grid-cols-3">
            <TextField form={form} name="connected_seconds" label="Seconds connected" inputMode="numeric" />
            <TextField form={form} name="revenue" label="Revenue, USD" inputMode="decimal" optional />
            <TextField form={form} name="payout" label="Payout, USD" inputMode="decimal" optional />
          </div>
        )}
      </Group>
      <Group title="Availability">
        <CheckField
          form={form}
          name="asks"
          label="Ask over HTTP before sending a call"
          hint="A status of 200 to 299 in time means yes."
        />
        {asks && (
          <div className="grid grid-cols-1 gap-3 sm:grid-cols-[1fr_8rem]">
            <TextField
              form={form}
              name="url"
              label="URL"
              placeholder="https://buyer.example/ping?zip=[ZIP_CODE]"
            />
            <TextField
              form={form}
              name="timeout_ms"
              label="Wait, ms"
              inputMode="numeric"
              placeholder="1000"
              optional
            />
          </div>
        )}
      </Group>
      <datalist id="time-zones">
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </FormSheet>
  );
}

function Group({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  return (
    <fieldset className="grid gap-3 border-t pt-4">
      <legend className="float-left w-full text-sm font-semibold">
        {title}
        {about && <span className="ml-2 text-xs font-normal text-ink-3">{about}</span>}
      </legend>
      {children}
    </fieldset>
  );
}
