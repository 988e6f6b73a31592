import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { buttonClass } from '@/components/button';
import { Empty, ErrorState } from '@/components/states';

export function NotFound() {
  return (
    <Empty
      icon={Compass}
      title="There is no such page"
      action={
        <Link to="/calls" className={buttonClass('secondary')}>
          Go to the call logs
        </Link>
      }
    >
      The address may be from another version, or it was cut. The command palette (Ctrl K) finds every page.
    </Empty>
  );
}

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  return <ErrorState problem={error} retry={reset} />;
}
