import { createFileRoute, Link } from '@tanstack/react-router';
import { Send } from 'lucide-react';
import { pick } from '@/app/search';
import { buttonClass } from '@/components/button';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { DeliveryLog } from '@/features/outgoing/delivery-log';

export const Route = createFileRoute('/_app/webhooks/outgoing/deliveries')({
  validateSearch: pick('webhook', 'state', 'event', 'call', 'range', 'open'),
  component: Deliveries,
});

function Deliveries() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const webhooks = (
    <Link to="/webhooks/outgoing" className={buttonClass('secondary')}>
      Go to the outgoing webhooks
    </Link>
  );
  return (
    <Page
      title="Deliveries"
      lead="What was told to other systems, by every outgoing webhook."
      above={
        <Link to="/webhooks/outgoing" className="hover:text-ink hover:underline">
          Outgoing webhooks
        </Link>
      }
    >
      <DeliveryLog
        search={search}
        onSearch={(next) => void navigate({ search: next, replace: true })}
        first={
          <Empty icon={Send} title="Nothing was delivered yet" action={webhooks}>
            Events appear here as they happen to calls, once an outgoing webhook tells of them.
          </Empty>
        }
      />
    </Page>
  );
}
