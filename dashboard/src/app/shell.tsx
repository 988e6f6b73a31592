import { Link, useRouterState } from '@tanstack/react-router';
import { Menu as MenuIcon, Search, X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from 'react';
import { IconButton } from '@/components/button';
import { cx } from '@/components/cx';
import { TipProvider } from '@/components/tip';
import { Toasts } from '@/components/toast';
import { OrganizationSwitch } from '@/features/access/organization-switch';
import { useMayAs } from '@/features/access/session';
import { UserMenu } from '@/features/access/user-menu';
import { useKeys } from './keys';
import { Logo } from './logo';
import { NAV } from './nav';

const loadPalette = () => import('./palette');
const Palette = lazy(loadPalette);
const Shortcuts = lazy(() => import('./shortcuts'));

/** The frame of every page: navigation at the side, or behind a button on a narrow screen. */
export function Shell({ children }: { children: ReactNode }) {
  const [palette, setPalette] = useState(false);
  const [shortcuts, setShortcuts] = useState(false);
  const [drawer, setDrawer] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const openPalette = useCallback(() => setPalette((open) => !open), []);
  const openShortcuts = useCallback(() => setShortcuts(true), []);
  useKeys({ palette: openPalette, shortcuts: openShortcuts });
  useEffect(() => setDrawer(false), [path]);

  // It must be there at once: whoever presses Ctrl-K goes on typing.
  useEffect(() => void loadPalette(), []);

  return (
    <TipProvider delayDuration={250}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
      >
        Skip to content
      </a>
      <div className="lg:grid lg:min-h-dvh lg:grid-cols-[224px_minmax(0,1fr)]">
        <header className="sticky top-0 hidden h-dvh border-r bg-nav lg:block">
          <Side onSearch={openPalette} onShortcuts={openShortcuts} />
        </header>
        <header className="sticky top-0 z-30 flex h-12 items-center gap-1 border-b bg-nav px-2 lg:hidden">
          <Drawer open={drawer} onOpenChange={setDrawer}>
            <Side onSearch={openPalette} onShortcuts={openShortcuts} />
          </Drawer>
          <Link to="/calls" aria-label="Hookline" className="ml-1 flex items-center gap-2 font-semibold">
            <Logo /> Hookline
          </Link>
          <IconButton label="Search" onClick={openPalette} className="ml-auto size-9">
            <Search className="size-[18px]" strokeWidth={1.75} aria-hidden />
          </IconButton>
        </header>
        <main id="content" tabIndex={-1} className="min-w-0 outline-none">
          {children}
        </main>
      </div>
      <Suspense>
        {palette && <Palette open onOpenChange={setPalette} />}
        {shortcuts && <Shortcuts open onOpenChange={setShortcuts} />}
      </Suspense>
      <Toasts />
    </TipProvider>
  );
}

interface DrawerProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  children: ReactNode;
}

function Drawer({ open, onOpenChange, children }: DrawerProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>
        <IconButton label="Menu" className="size-9">
          <MenuIcon className="size-[18px]" strokeWidth={1.75} aria-hidden />
        </IconButton>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 w-[272px] border-r bg-nav shadow-float"
        >
          <Radix.Title className="sr-only">Menu</Radix.Title>
          <Radix.Close asChild>
            <IconButton label="Close menu" className="absolute top-2.5 right-2">
              <X className="size-4" aria-hidden />
            </IconButton>
          </Radix.Close>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Side({ onSearch, onShortcuts }: { onSearch(): void; onShortcuts(): void }) {
  const may = useMayAs();
  return (
    <div className="flex h-full flex-col">
      <div className="px-2 pt-2.5 pr-11 pb-1 lg:pr-2">
        <OrganizationSwitch />
      </div>
      <div className="px-3 pb-2">
        <button
          type="button"
          onClick={onSearch}
          className="flex h-8 w-full items-center gap-2 rounded-md border border-edge/50 bg-raised px-2 text-xs text-ink-3 hover:border-edge hover:text-ink"
        >
          <Search className="size-3.5" aria-hidden /> Find…
          <kbd className="ml-auto font-mono text-2xs">Ctrl K</kbd>
        </button>
      </div>
      <nav aria-label="Main" className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        {NAV.map((group) => (
          <div key={group.label ?? ''} className="mt-3 first:mt-1">
            {group.label && <div className="px-2 pb-1 text-2xs font-medium text-ink-3">{group.label}</div>}
            <ul>
              {group.items
                .filter((item) => item.least === undefined || may(item.least))
                .map((item) => (
                  <li key={item.to}>
                    <Link
                      to={item.to}
                      className="relative flex h-[30px] items-center gap-2.5 rounded-md px-2 text-ink-2 hover:bg-line/60 hover:text-ink"
                      activeProps={{
                        className: cx(
                          'bg-raised !text-ink font-medium ring-1 ring-line',
                          'before:absolute before:top-2 before:bottom-2 before:-left-2 before:w-[3px] before:rounded-r-full before:bg-accent',
                        ),
                      }}
                    >
                      <item.icon className="size-4 shrink-0 text-ink-3" strokeWidth={1.6} aria-hidden />
                      {item.label}
                    </Link>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </nav>
      <div className="border-t p-2">
        <UserMenu onShortcuts={onShortcuts} />
      </div>
    </div>
  );
}
