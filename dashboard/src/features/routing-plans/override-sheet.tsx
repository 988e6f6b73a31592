import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/button';
import { Choices, Field, Input } from '@/components/field';
import { Sheet } from '@/components/overlay';
import { ConditionEditor } from '../condition/editor';
import { publishersQuery } from '../publishers/queries';
import { targetsQuery } from '../targets/queries';
import { fromForm, missing, type Override, type OverrideForm, toForm } from './override';
import { Pick } from './pick';
import { plansQuery } from './queries';

interface OverrideSheetProps {
  override: Override | undefined;
  /** The plan it belongs to: that one can't be where it leads. */
  plan: string;
  onDone(override: Override): void;
  onClose(): void;
}

/** Which calls are an exception, and what becomes of them. */
export function OverrideSheet({ override, plan, onDone, onClose }: OverrideSheetProps) {
  const [form, setForm] = useState<OverrideForm>(() => toForm(override));
  const [wrong, setWrong] = useState<string>();
  const publishers = useQuery(publishersQuery).data ?? [];
  const targets = useQuery(targetsQuery).data ?? [];
  const plans = (useQuery(plansQuery).data ?? []).filter((each) => each.id !== plan);
  const set = (next: Partial<OverrideForm>) => setForm((before) => ({ ...before, ...next }));
  const done = () => {
    const lacks = missing(form);
    setWrong(lacks);
    if (lacks === undefined) onDone(fromForm(form));
  };
  return (
    <Sheet
      wide
      open
      onOpenChange={(open) => !open && onClose()}
      title={override ? 'Override' : 'New override'}
      description="All that it names must be so. It is kept when the plan is saved."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={done}>
            {override ? 'Change override' : 'Add override'}
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          done();
        }}
      >
        <Pick
          label="Publisher"
          none="Any publisher"
          value={form.publisher}
          all={publishers}
          onChange={(publisher) => set({ publisher })}
        />
        <Field label="Caller" optional hint="A number, or how it begins and a star.">
          {(control) => (
            <Input
              {...control}
              placeholder="+1310*"
              value={form.caller}
              onChange={(event) => set({ caller: event.target.value })}
            />
          )}
        </Field>
        <div className="grid gap-1.5">
          <span className="text-xs font-medium text-ink-2">Tags</span>
          <ConditionEditor value={form.filter} onChange={(filter) => set({ filter })} />
        </div>
        <Choices
          label="Such a call"
          value={form.kind}
          onChange={(kind) => set({ kind })}
          choices={[
            {
              value: 'target',
              label: 'goes to a target',
              hint: 'If that can take it; else the plan goes on.',
            },
            { value: 'plan', label: 'is routed by another plan' },
            { value: 'reject', label: 'is rejected' },
          ]}
        />
        {form.kind === 'target' && (
          <Pick
            label="Target"
            none="Choose one"
            value={form.target}
            all={targets}
            error={wrong}
            onChange={(target) => set({ target })}
          />
        )}
        {form.kind === 'plan' && (
          <Pick
            label="Plan"
            none="Choose one"
            value={form.plan}
            all={plans}
            error={wrong}
            onChange={(to) => set({ plan: to })}
          />
        )}
        {form.kind === 'reject' && (
          <Field label="Reason" error={wrong} hint="The switch and the call log get it.">
            {(control) => (
              <Input
                {...control}
                value={form.reason}
                onChange={(event) => set({ reason: event.target.value })}
              />
            )}
          </Field>
        )}
        <button type="submit" hidden aria-hidden tabIndex={-1} />
      </form>
    </Sheet>
  );
}
