import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Power, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/api/client';
import type { Webhook } from '@/api/types';
import { Button, IconButton } from '@/components/button';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { Confirm } from '@/components/overlay';
import { say, sayProblem } from '@/components/toast';
import { useMay } from '../access/session';
import { Rotate } from './rotate';

/** What can be done with a webhook as a whole. */
export function WebhookDeeds({ webhook }: { webhook: Webhook }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'delete' | 'rotate'>();
  const may = useMay('manager');
  if (!may) return null;
  const path = { params: { path: { id: webhook.id } } };
  const toggle = async () => {
    try {
      await data(api.PATCH('/v1/webhooks/{id}', { ...path, body: { enabled: !webhook.enabled } }));
      await client.invalidateQueries({ queryKey: ['webhooks'] });
      say(webhook.enabled ? 'Disabled: its key now gets 401.' : 'Enabled.');
    } catch (problem) {
      sayProblem(problem);
    }
  };
  return (
    <>
      <Button onClick={() => setAsking('rotate')}>
        <KeyRound className="size-3.5" aria-hidden /> Rotate key
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
        noun="key"
        make={async (overlap_hours) => {
          const made = await data(api.POST('/v1/webhooks/{id}/rotate', { ...path, body: { overlap_hours } }));
          return { secret: made.key, until: made.old_keys_until };
        }}
        open={asking === 'rotate'}
        onOpenChange={(open) => setAsking(open ? 'rotate' : undefined)}
      />
      <Confirm
        open={asking === 'delete'}
        onOpenChange={(open) => setAsking(open ? 'delete' : undefined)}
        title={`Delete ${webhook.name}?`}
        deed="Delete webhook"
        onConfirm={async () => {
          await data(api.DELETE('/v1/webhooks/{id}', path));
          await navigate({ to: '/webhooks/incoming' });
          await client.invalidateQueries({ queryKey: ['webhooks'] });
          say(`${webhook.name} is deleted.`);
        }}
      >
        Its keys end on every node within 5 seconds, and whoever still sends to it gets 401. Its requests stay
        in the log.
      </Confirm>
    </>
  );
}
