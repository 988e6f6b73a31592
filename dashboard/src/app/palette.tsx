import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { CornerDownLeft, Phone, Plus, Search } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { api, data } from '@/api/client';
import { Problem } from '@/api/problem';
import type { Role } from '@/api/types';
import { sayProblem } from '@/components/toast';
import { useMayAs } from '@/features/access/session';
import { NAV } from './nav';
import { rank } from './rank';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NUMBER = /^\+?[\d\s().-]{7,}$/;

const DEEDS: { label: string; to: string; least: Role }[] = [
  { label: 'New incoming webhook', to: '/webhooks/incoming/new', least: 'manager' },
  { label: 'New outgoing webhook', to: '/webhooks/outgoing/new', least: 'manager' },
  { label: 'Export the call logs', to: '/calls', least: 'analyst' },
];

/** Finds a page, an id or a caller. */
export default function Palette({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange(open: boolean): void;
}) {
  const [text, setText] = useState('');
  const navigate = useNavigate();
  const client = useQueryClient();
  const typed = text.trim();
  const may = useMayAs();

  const go = (to: string, search?: Record<string, string>) => {
    onOpenChange(false);
    setText('');
    void navigate({ to, ...(search ? { search } : {}) });
  };
  /** An id may be a call's or a request's: the server knows. */
  const openId = async (id: string) => {
    try {
      await client.fetchQuery({
        queryKey: ['call', id],
        queryFn: () => data(api.GET('/v1/calls/{id}', { params: { path: { id } } })),
      });
      go(`/calls/${id}`);
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 404) go(`/requests/${id}`);
      else sayProblem(problem);
    }
  };

  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content
          aria-describedby={undefined}
          className="rise fixed top-[14vh] left-1/2 z-50 w-[calc(100vw-24px)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border bg-raised shadow-float"
        >
          <Radix.Title className="sr-only">Command palette</Radix.Title>
          <Command label="Command palette" filter={rank}>
            <div className="flex items-center gap-2.5 border-b px-4">
              <Search className="size-4 shrink-0 text-ink-3" aria-hidden />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder="Go to a page, a caller or an id…"
                className="h-12 w-full bg-transparent text-base outline-none placeholder:text-ink-3"
              />
            </div>
            <Command.List className="max-h-[46vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-sm text-ink-3">
                Nothing is called that. A caller’s number or an id can be pasted here.
              </Command.Empty>
              {UUID.test(typed) && (
                <Entry
                  value={typed}
                  icon={<CornerDownLeft className="size-4" />}
                  onSelect={() => void openId(typed)}
                >
                  Open this id
                </Entry>
              )}
              {NUMBER.test(typed) && (
                <Entry
                  value={typed}
                  icon={<Phone className="size-4" />}
                  onSelect={() => go('/calls', { caller: typed })}
                >
                  Calls of {typed}
                </Entry>
              )}
              {NAV.map((group) => (
                <Command.Group
                  key={group.label ?? 'Calls'}
                  heading={group.label ?? 'Calls'}
                  className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-3"
                >
                  {group.items
                    .filter((item) => item.least === undefined || may(item.least))
                    .map((item) => (
                      <Entry
                        key={item.to}
                        value={`${item.label} ${group.label ?? ''} ${item.words ?? ''}`}
                        icon={<item.icon className="size-4" strokeWidth={1.5} />}
                        onSelect={() => go(item.to)}
                      >
                        {item.label}
                      </Entry>
                    ))}
                </Command.Group>
              ))}
              <Command.Group
                heading="Do"
                className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-3"
              >
                {DEEDS.filter((deed) => may(deed.least)).map((deed) => (
                  <Entry
                    key={deed.label}
                    value={deed.label}
                    icon={<Plus className="size-4" />}
                    onSelect={() => go(deed.to)}
                  >
                    {deed.label}
                  </Entry>
                ))}
              </Command.Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface EntryProps {
  value: string;
  icon: ReactNode;
  onSelect(): void;
  children: ReactNode;
}

function Entry({ value, icon, onSelect, children }: EntryProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-sm data-[selected=true]:bg-accent-soft data-[selected=true]:text-accent-ink"
    >
      <span className="text-ink-3" aria-hidden>
        {icon}
      </span>
      {children}
    </Command.Item>
  );
}
