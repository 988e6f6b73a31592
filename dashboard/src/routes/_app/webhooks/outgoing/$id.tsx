import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Send } from 'lucide-react';
import { pick } from '@/app/search';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { CopyId } from '@/components/copy';
import { Page } from '@/components/page';
import { Empty, ErrorState, LoadingRows } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { useMay } from '@/features/access/session';
import { OutgoingDeeds } from '@/features/outgoing/deeds';
import { DeliveryLog } from '@/features/outgoing/delivery-log';
import type { OutgoingWebhook } from '@/features/outgoing/form';
import { outgoingQuery } from '@/features/outgoing/queries';
import { SendOutgoingTest } from '@/features/outgoing/send-test';
import { OutgoingSettingsForm } from '@/features/outgoing/settings-form';
import { Verify } from '@/features/outgoing/signing';

export const Route = createFileRoute('/_app/webhooks/outgoing/$id')({
  validateSearch: pick('tab', 'state', 'event', 'call', 'range', 'open'),
  component: OutgoingPage,
});

function OutgoingPage() {
  const { id } = Route.useParams();
  const webhooks = useQuery(outgoingQuery);
  const webhook = webhooks.data?.find((each) => each.id === id);
  if (webhook) return <OneOutgoing webhook={webhook} />;
  return (
    <Page title="Outgoing webhook" above={<Above />}>
      {webhooks.error ? (
        <ErrorState problem={webhooks.error} retry={() => void webhooks.refetch()} />
      ) : webhooks.data ? (
        <Empty icon={Send} title="There is no such webhook">
          It was deleted, or it belongs to another organization.
        </Empty>
      ) : (
        <LoadingRows />
      )}
    </Page>
  );
}

function Above() {
  return (
    <Link to="/webhooks/outgoing" className="hover:text-ink hover:underline">
      Outgoing webhooks
    </Link>
  );
}

function OneOutgoing({ webhook }: { webhook: OutgoingWebhook }) {
  const { tab, ...search } = Route.useSearch();
  const navigate = Route.useNavigate();
  const may = useMay('manager');
  const test = may && <Button onClick={() => void navigate({ search: { tab: 'test' } })}>Send a test</Button>;
  return (
    <Page
      title={webhook.name}
      above={<Above />}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {webhook.enabled ? <Badge tone="ok">Enabled</Badge> : <Badge tone="warn">Disabled</Badge>}
          <span className="font-mono text-xs break-all">
            {webhook.method} {webhook.url}
          </span>
          <CopyId id={webhook.id} short label="Copy webhook id" />
        </span>
      }
      actions={<OutgoingDeeds webhook={webhook} />}
    >
      {!webhook.enabled && webhook.disabled_reason && (
        <p className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-sm">{webhook.disabled_reason}</p>
      )}
      <Tabs
        label="Outgoing webhook"
        value={tab ?? 'deliveries'}
        onChange={(next) => void navigate({ search: next === 'deliveries' ? {} : { tab: next } })}
        tabs={[
          {
            id: 'deliveries',
            label: 'Deliveries',
            content: (
              <DeliveryLog
                webhook={webhook.id}
                search={search}
                onSearch={(next) => void navigate({ search: next, replace: true })}
                first={
                  <Empty icon={Send} title="Nothing was delivered yet" action={test}>
                    Events appear here as they happen to calls. A test is sent at once and not kept.
                  </Empty>
                }
              />
            ),
          },
          {
            id: 'verify',
            label: 'Signature',
            content: (
              <div className="max-w-3xl">
                <Verify secret={undefined} />
              </div>
            ),
          },
          ...(may
            ? [
                {
                  id: 'test',
                  label: 'Send test',
                  content: (
                    <div className="max-w-3xl">
                      <SendOutgoingTest webhook={webhook} />
                    </div>
                  ),
                },
              ]
            : []),
          {
            id: 'settings',
            label: 'Settings',
            content: <OutgoingSettingsForm key={webhook.updated_at} webhook={webhook} />,
          },
        ]}
      />
    </Page>
  );
}
