import { createFileRoute } from '@tanstack/react-router';
import { Send } from 'lucide-react';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';

export const Route = createFileRoute('/_app/webhooks/outgoing')({ component: NotYet });

function NotYet() {
  return (
    <Page title="Outgoing webhooks">
      <div className="rounded-lg border">
        <Empty icon={Send} title="This server does not send webhooks yet">
          Until it does, a program can follow the stream of calls: GET /v1/stream.
        </Empty>
      </div>
    </Page>
  );
}
