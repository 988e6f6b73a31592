import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Power, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { Button, IconButton } from '@/components/button';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { Confirm } from '@/components/overlay';
import { say, sayProblem } from '@/components/toast';
import { useMay } from '../access/session';
import { Rotate } from '../webhooks/rotate';
import type { OutgoingWebhook } from './form';
import { outgoingQuery } from './queries';
import { SHOWN_ONCE } from './signing';

const HOUR = 3_600;

/** What can be done with an outgoing webhook as a whole. */
export function OutgoingDeeds({ webhook }: { webhook: OutgoingWebhook }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'delete' | 'rotate'>();
  const may = useMay('manager');
  if (!may) return null;
  const path = { params: { path: { id: webhook.id } } };
  const again = () => client.invalidateQueries({ queryKey: outgoingQuery.queryKey });
  const toggle = async () => {
    try {
      await data(api.PATCH('/v1/outgoing-webhooks/{id}', { ...path, body: { enabled: !webhook.enabled } }));
      await again();
      say(
        webhook.enabled ? 'Disabled: nothing is told, and what was still to be sent is dropped.' : 'Enabled.',
      );
    } catch (problem) {
      sayProblem(problem);
    }
  };
  const rotate = async (hours: number) => {
    const { signing_secret, old_secret_until } = await data(
      api.POST('/v1/outgoing-webhooks/{id}/rotate-secret', {
        ...path,
        body: { overlap_seconds: hours * HOUR },
      }),
    );
    await again();
    return { secret: signing_secret, until: old_secret_until ?? undefined };
  };
  return (
    <>
      <Button onClick={() => setAsking('rotate')}>
        <KeyRound className="size-3.5" aria-hidden /> Rotate secret
      </Button>
      <Menu
        trigger={
          <IconButton label="More" className="size-8 border border-edge/60">
            <Ellipsis className="size-4" aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => void toggle()}>
          <Power className="size-4 text-ink-3" aria-hidden /> {webhook.enabled ? 'Disable' : 'Enable'}
        </MenuItem>
        <MenuLine />
        <MenuItem danger onSelect={() => setAsking('delete')}>
          <Trash2 className="size-4" aria-hidden /> Delete…
        </MenuItem>
      </Menu>
      <Rotate
        name={webhook.name}
        noun="secret"
        why={SHOWN_ONCE}
        make={rotate}
        open={asking === 'rotate'}
        onOpenChange={(open) => setAsking(open ? 'rotate' : undefined)}
      />
      <Confirm
        open={asking === 'delete'}
        onOpenChange={(open) => setAsking(open ? 'delete' : undefined)}
        title={`Delete ${webhook.name}?`}
        deed="Delete webhook"
        onConfirm={async () => {
          await data(api.DELETE('/v1/outgoing-webhooks/{id}', path));
          await navigate({ to: '/webhooks/outgoing' });
          await again();
          say(`${webhook.name} is deleted.`);
        }}
      >
        Nothing is told to it any more; what is still to be delivered is dropped. Its deliveries stay in the
        log.
      </Confirm>
    </>
  );
}
