import { Link } from '@tanstack/react-router';
import { Compass, Lock } from 'lucide-react';
import type { Role } from '@/api/types';
import { buttonClass } from '@/components/button';
import { Page } from '@/components/page';
import { Empty, ErrorState } from '@/components/states';
import { ROLE_NAMES } from '@/features/access/session';

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

/** A page that this role does not have, opened by its address. */
export function NotForRole({ least }: { least: Role }) {
  return (
    <Page title="Not for your role">
      <div className="rounded-lg border">
        <Empty icon={Lock} title={`This page takes the role ${ROLE_NAMES[least].label.toLowerCase()}`}>
          An owner of the organization can give it to you under Settings, Users.
        </Empty>
      </div>
    </Page>
  );
}
