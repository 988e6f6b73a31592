import { useQuery } from '@tanstack/react-query';
import { createFileRoute, Link } from '@tanstack/react-router';
import { Page, Section } from '@/components/page';
import { ErrorState, LoadingRows } from '@/components/states';
import { DeliveryDetail, ReplayDelivery } from '@/features/outgoing/delivery-detail';
import { deliveryQuery } from '@/features/outgoing/queries';

export const Route = createFileRoute('/_app/deliveries/$id')({ component: DeliveryPage });

function DeliveryPage() {
  const { id } = Route.useParams();
  const delivery = useQuery(deliveryQuery(id));
  return (
    <Page
      title="Delivery"
      above={
        <Link to="/webhooks/outgoing/deliveries" className="hover:text-ink hover:underline">
          Deliveries
        </Link>
      }
      actions={delivery.data && <ReplayDelivery id={id} />}
    >
      {delivery.data ? (
        <Section title="Delivery log entry" className="max-w-4xl">
          <DeliveryDetail delivery={delivery.data} />
        </Section>
      ) : delivery.error ? (
        <ErrorState problem={delivery.error} retry={() => void delivery.refetch()} />
      ) : (
        <LoadingRows rows={10} />
      )}
    </Page>
  );
}
