import { createFileRoute } from '@tanstack/react-router';
import FlowPage from '@/features/flows/page';

export const Route = createFileRoute('/_app/flows/$id')({
  component: Flow,
  /** `call`: a past call that is to be run by the draft. */
  validateSearch: (search): { call?: string } =>
    typeof search.call === 'string' ? { call: search.call } : {},
});

function Flow() {
  const { id } = Route.useParams();
  const { call } = Route.useSearch();
  return <FlowPage key={id} id={id} call={call} />;
}
