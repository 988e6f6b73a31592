import { createFileRoute } from '@tanstack/react-router';
import { ChartColumn } from 'lucide-react';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';

export const Route = createFileRoute('/_app/reports')({ component: NotYet });

function NotYet() {
  return (
    <Page title="Reports">
      <div className="rounded-lg border">
        <Empty icon={ChartColumn} title="Reports are not built yet">
          Until they are, the call logs can be filtered and exported as CSV.
        </Empty>
      </div>
    </Page>
  );
}
