import { Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { IconButton } from '@/components/button';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { Confirm } from '@/components/overlay';

interface RowMenuProps {
  name: string;
  onEdit(): void;
  onDelete(): Promise<unknown>;
  /** What deleting it means. */
  meaning: ReactNode;
  children?: ReactNode;
}

/** What can be done with a row: edit, delete, and what its noun adds. */
export function RowMenu({ name, onEdit, onDelete, meaning, children }: RowMenuProps) {
  const [asking, setAsking] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the row from opening
    // biome-ignore lint/a11y/useKeyWithClickEvents: only keeps the row from opening
    <span onClick={(event) => event.stopPropagation()} className="inline-block">
      <Menu
        trigger={
          <IconButton label={`More about ${name}`}>
            <Ellipsis className="size-4" aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={onEdit}>
          <Pencil className="size-4 text-ink-3" aria-hidden /> Edit
        </MenuItem>
        {children}
        <MenuLine />
        <MenuItem danger onSelect={() => setAsking(true)}>
          <Trash2 className="size-4" aria-hidden /> Delete…
        </MenuItem>
      </Menu>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${name}?`}
        deed="Delete"
        onConfirm={onDelete}
      >
        {meaning}
      </Confirm>
    </span>
  );
}
