import { Ellipsis, KeyRound, Power, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button, IconButton } from '@/components/button';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { Confirm } from '@/components/overlay';
import { say, sayProblem } from '@/components/toast';
import { useMay } from '../access/session';
import { Rotate, type RotateProps } from './rotate';

interface WholeProps {
  webhook: { name: string; enabled: boolean };
  /** What is rotated, and how. */
  noun: RotateProps['noun'];
  why?: RotateProps['why'];
  rotate: RotateProps['make'];
  /** What is said once it is disabled. */
  disabled: string;
  setEnabled(enabled: boolean): Promise<void>;
  remove(): Promise<void>;
  /** What becomes of it when it is deleted. */
  children: ReactNode;
}

/** What can be done with a webhook as a whole, be it incoming or outgoing. */
export function WholeWebhook({
  webhook,
  noun,
  why,
  rotate,
  disabled,
  setEnabled,
  remove,
  children,
}: WholeProps) {
  const [asking, setAsking] = useState<'delete' | 'rotate'>();
  const may = useMay('manager');
  if (!may) return null;
  const toggle = async () => {
    try {
      await setEnabled(!webhook.enabled);
      say(webhook.enabled ? disabled : 'Enabled.');
    } catch (problem) {
      sayProblem(problem);
    }
  };
  return (
    <>
      <Button onClick={() => setAsking('rotate')}>
        <KeyRound className="size-3.5" aria-hidden /> Rotate {noun}
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
        noun={noun}
        why={why}
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
          await remove();
          say(`${webhook.name} is deleted.`);
        }}
      >
        {children}
      </Confirm>
    </>
  );
}
