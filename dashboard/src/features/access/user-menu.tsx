import { useNavigate } from '@tanstack/react-router';
import { BookOpen, Keyboard, LogOut, MonitorSmartphone } from 'lucide-react';
import { api } from '@/api/client';
import { chooseOrganization } from '@/api/organization';
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import { sayProblem } from '@/components/toast';
import { useSession } from './session';

/** Who is signed in, and how to leave. */
export function UserMenu({ onShortcuts }: { onShortcuts(): void }) {
  const { user, api_key: key } = useSession();
  const navigate = useNavigate();
  const signOut = async () => {
    try {
      await api.POST('/v1/sign-out');
      chooseOrganization(undefined);
      // Loads the page anew, so that nothing of what was seen stays in its memory.
      location.assign('/sign-in');
    } catch (problem) {
      sayProblem(problem);
    }
  };
  const name = user?.name ?? key?.name ?? 'API key';
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-10 w-full items-center gap-2.5 rounded-md px-2 text-left hover:bg-line/60"
        >
          <span
            aria-hidden
            className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-2xs font-semibold text-accent-ink"
          >
            {initials(name)}
          </span>
          <span className="min-w-0 flex-1 leading-4">
            <span className="block truncate text-xs font-medium">{name}</span>
            <span className="block truncate text-2xs text-ink-3">
              {user?.email ?? 'signed in by an API key'}
            </span>
          </span>
        </button>
      }
    >
      <MenuLabel>{user?.email ?? 'Signed in by an API key'}</MenuLabel>
      <MenuItem onSelect={() => void navigate({ to: '/settings/sign-ins' })}>
        <MonitorSmartphone className="size-4 text-ink-3" aria-hidden /> Your sign-ins
      </MenuItem>
      <MenuItem onSelect={onShortcuts}>
        <Keyboard className="size-4 text-ink-3" aria-hidden /> Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={() => window.open('/docs', '_blank', 'noopener')}>
        <BookOpen className="size-4 text-ink-3" aria-hidden /> API documentation
      </MenuItem>
      {user && (
        <>
          <MenuLine />
          <MenuItem onSelect={() => void signOut()}>
            <LogOut className="size-4 text-ink-3" aria-hidden /> Sign out
          </MenuItem>
        </>
      )}
    </Menu>
  );
}

function initials(name: string): string {
  return name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
}
