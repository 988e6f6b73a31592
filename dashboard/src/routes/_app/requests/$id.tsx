import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Page, Section } from '@/components/page';
import { ErrorState, LoadingRows } from '@/components/states';
import { ReplayButton, RequestDetail } from '@/features/requests/detail';
import { requestQuery } from '@/features/requests/queries';

export const Route = createFileRoute('/_app/requests/$id')({ component: RequestPage });

function RequestPage() {
  const { id } = Route.useParams();
  const request = useQuery(requestQuery(id));
  return (
    <Page
      title="Request"
      above={
        <Link to="/webhooks/incoming" className="hover:text-ink hover:underline">
          Incoming webhooks
        </Link>
      }
      actions={request.data && <ReplayButton id={id} />}
    >
      {request.data ? (
        <Section title="Request log entry" className="max-w-4xl">
          <RequestDetail request={request.data} />
        </Section>
      ) : request.error ? (
        <ErrorState problem={request.error} retry={() => void request.refetch()} />
      ) : (
        <LoadingRows rows={10} />
      )}
    </Page>
  );
}
