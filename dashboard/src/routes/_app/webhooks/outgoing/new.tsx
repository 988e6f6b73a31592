import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import { Button, buttonClass } from '@/components/button';
import { useSave } from '@/components/form';
import { Page, Section } from '@/components/page';
import { ProblemNote } from '@/components/states';
import { OutgoingFields } from '@/features/outgoing/fields';
import { FRESH, fromForm, type OutgoingForm, type OutgoingWebhook } from '@/features/outgoing/form';
import { outgoingQuery } from '@/features/outgoing/queries';
import { SendOutgoingTest } from '@/features/outgoing/send-test';
import { SHOWN_ONCE, Verify } from '@/features/outgoing/signing';
import { SecretOnce } from '@/features/webhooks/key-shown';

export const Route = createFileRoute('/_app/webhooks/outgoing/new')({ component: NewOutgoing });

function NewOutgoing() {
  const [made, setMade] = useState<OutgoingWebhook>();
  return (
    <Page
      title={made ? made.name : 'New outgoing webhook'}
      above={
        <Link to="/webhooks/outgoing" className="hover:text-ink hover:underline">
          Outgoing webhooks
        </Link>
      }
    >
      <div className="max-w-3xl">{made ? <Done made={made} /> : <Settings onMade={setMade} />}</div>
    </Page>
  );
}

function Settings({ onMade }: { onMade(webhook: OutgoingWebhook): void }) {
  const client = useQueryClient();
  const form = useForm<OutgoingForm>({ defaultValues: FRESH });
  const { submit, problem, busy } = useSave(form, async (values) => {
    const webhook = await data(api.POST('/v1/outgoing-webhooks', { body: fromForm(values) }));
    void client.invalidateQueries({ queryKey: outgoingQuery.queryKey });
    window.scrollTo(0, 0);
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
      <OutgoingFields form={form} />
      {problem !== undefined && <ProblemNote problem={problem} />}
      <div>
        <Button type="submit" kind="primary" busy={busy}>
          Create webhook
        </Button>
      </div>
    </form>
  );
}

function Done({ made }: { made: OutgoingWebhook }) {
  return (
    <div className="grid gap-5">
      {made.signing_secret && (
        <SecretOnce secret={made.signing_secret} why={SHOWN_ONCE}>
          The signing secret
        </SecretOnce>
      )}
      <Section title="Check the signature">
        <Verify secret={made.signing_secret ?? undefined} />
      </Section>
      <Section title="Send a test">
        <SendOutgoingTest webhook={made} />
      </Section>
      <div>
        <Link to="/webhooks/outgoing/$id" params={{ id: made.id }} className={buttonClass('primary')}>
          I have the secret – open the webhook
        </Link>
      </div>
    </div>
  );
}
