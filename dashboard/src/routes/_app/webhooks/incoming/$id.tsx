import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Webhook as WebhookIcon } from 'lucide-react';
import { pick } from '@/app/search';
import { Badge } from '@/components/badge';
import { CopyId } from '@/components/copy';
import { Page } from '@/components/page';
import { Empty, ErrorState, LoadingRows } from '@/components/states';
import { Tabs } from '@/components/tabs';
import { useMay } from '@/features/access/session';
import { WebhookDeeds } from '@/features/webhooks/deeds';
import { UseIt } from '@/features/webhooks/key-shown';
import { kindOf } from '@/features/webhooks/kinds';
import { webhooksQuery } from '@/features/webhooks/queries';
import { RequestLog } from '@/features/webhooks/request-log';
import { SendTest } from '@/features/webhooks/send-test';
import { WebhookSettingsForm } from '@/features/webhooks/settings-form';

export const Route = createFileRoute('/_app/webhooks/incoming/$id')({
  validateSearch: pick('tab', 'status', 'caller', 'call', 'transaction', 'range', 'open'),
  component: WebhookPage,
});

function WebhookPage() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const may = useMay('manager');
  const webhooks = useQuery(webhooksQuery);
  const webhook = webhooks.data?.find((each) => each.id === id);
  const above = (
    <Link to="/webhooks/incoming" className="hover:text-ink hover:underline">
      Incoming webhooks
    </Link>
  );
  if (webhook === undefined) {
    return (
      <Page title="Webhook" above={above}>
        {webhooks.error ? (
          <ErrorState problem={webhooks.error} retry={() => void webhooks.refetch()} />
        ) : webhooks.data ? (
          <Empty icon={WebhookIcon} title="There is no such webhook">
            It was deleted, or it belongs to another organization.
          </Empty>
        ) : (
          <LoadingRows />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={webhook.name}
      above={above}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {webhook.enabled ? <Badge tone="ok">Enabled</Badge> : <Badge tone="warn">Disabled</Badge>}
          <span>{kindOf(webhook.type).label}</span>
          <span className="font-mono text-xs">{kindOf(webhook.type).path}</span>
          <CopyId id={webhook.id} short label="Copy webhook id" />
        </span>
      }
      actions={<WebhookDeeds webhook={webhook} />}
    >
      <Tabs
        label="Webhook"
        value={search.tab ?? 'requests'}
        onChange={(tab) => void navigate({ search: tab === 'requests' ? {} : { tab } })}
        tabs={[
          { id: 'requests', label: 'Requests', content: <RequestLog webhook={webhook} /> },
          {
            id: 'use',
            label: 'Use it',
            content: (
              <div className="max-w-3xl">
                <UseIt type={webhook.type} secret={undefined} />
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
                      <SendTest webhook={webhook} />
                    </div>
                  ),
                },
              ]
            : []),
          {
            id: 'settings',
            label: 'Settings',
            content: <WebhookSettingsForm key={webhook.updated_at} webhook={webhook} />,
          },
        ]}
      />
    </Page>
  );
}
