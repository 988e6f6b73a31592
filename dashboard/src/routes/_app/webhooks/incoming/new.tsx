import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Webhook, WebhookType } from '@/api/types';
import { Button, buttonClass } from '@/components/button';
import { cx } from '@/components/cx';
import { Choices } from '@/components/field';
import { useSave } from '@/components/form';
import { Page, Section } from '@/components/page';
import { ProblemNote } from '@/components/states';
import { SecretOnce, UseIt } from '@/features/webhooks/key-shown';
import { KINDS, kindOf } from '@/features/webhooks/kinds';
import { SendTest } from '@/features/webhooks/send-test';
import { fromForm, SETTINGS_DEFAULT, type SettingsForm, toForm } from '@/features/webhooks/settings';
import { SettingsFields } from '@/features/webhooks/settings-fields';

export const Route = createFileRoute('/_app/webhooks/incoming/new')({ component: NewWebhook });

const STEPS = ['Type', 'Settings', 'Done'];

function NewWebhook() {
  const [type, setType] = useState<WebhookType>();
  const [step, setStep] = useState(0);
  const [made, setMade] = useState<Webhook>();
  return (
    <Page
      title={made ? made.name : 'New incoming webhook'}
      above={
        <Link to="/webhooks/incoming" className="hover:text-ink hover:underline">
          Incoming webhooks
        </Link>
      }
    >
      <Steps at={step} />
      <div className="max-w-3xl">
        {step === 0 && (
          <form
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              if (type) setStep(1);
            }}
          >
            <Choices<WebhookType>
              label="What will be sent?"
              value={type}
              onChange={setType}
              choices={KINDS.map((kind) => ({ value: kind.type, label: kind.label, hint: kind.what }))}
            />
            <div>
              <Button type="submit" kind="primary" disabled={type === undefined}>
                Continue
              </Button>
            </div>
          </form>
        )}
        {step === 1 && type && (
          <SettingsStep
            type={type}
            onBack={() => setStep(0)}
            onMade={(webhook) => {
              setMade(webhook);
              setStep(2);
            }}
          />
        )}
        {step === 2 && made?.key && (
          <div className="grid gap-5">
            <SecretOnce secret={made.key}>The webhook’s key</SecretOnce>
            <Section title="Use it">
              <UseIt type={made.type} secret={made.key} />
            </Section>
            <Section title="Send a test">
              <SendTest webhook={made} />
            </Section>
            <div>
              <Link to="/webhooks/incoming/$id" params={{ id: made.id }} className={buttonClass('primary')}>
                I have the key – open the webhook
              </Link>
            </div>
          </div>
        )}
      </div>
    </Page>
  );
}

function Steps({ at }: { at: number }) {
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [at]);
  return (
    <ol className="mb-5 flex flex-wrap items-center gap-x-6 gap-y-2">
      {STEPS.map((label, step) => (
        <li
          key={label}
          aria-current={step === at ? 'step' : undefined}
          className={cx('flex items-center gap-2 text-sm', step === at ? 'font-medium' : 'text-ink-3')}
        >
          <span
            aria-hidden
            className={cx(
              'tnum grid size-5 place-items-center rounded-full text-2xs font-semibold',
              step < at
                ? 'bg-accent-soft text-accent-ink'
                : step === at
                  ? 'bg-accent text-on-accent'
                  : 'bg-sunken ring-1 ring-line ring-inset',
            )}
          >
            {step < at ? '✓' : step + 1}
          </span>
          {label}
        </li>
      ))}
    </ol>
  );
}

interface SettingsStepProps {
  type: WebhookType;
  onBack(): void;
  onMade(webhook: Webhook): void;
}

function SettingsStep({ type, onBack, onMade }: SettingsStepProps) {
  const client = useQueryClient();
  const form = useForm<SettingsForm>({
    defaultValues: toForm(
      kindOf(type).label,
      SETTINGS_DEFAULT[type === 'call_data' ? 'call_data' : 'update'],
    ),
  });
  const { submit, problem, busy } = useSave(form, async (values) => {
    const webhook = await data(
      api.POST('/v1/webhooks', { body: { type, name: values.name, settings: fromForm(type, values) } }),
    );
    void client.invalidateQueries({ queryKey: ['webhooks'] });
    onMade(webhook);
  });
  return (
    <form
      noValidate
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <SettingsFields form={form} type={type} />
      {problem !== undefined && <ProblemNote problem={problem} />}
      <div className="flex gap-2">
        <Button type="submit" kind="primary" busy={busy}>
          Create webhook
        </Button>
        <Button onClick={onBack}>Back</Button>
      </div>
    </form>
  );
}
