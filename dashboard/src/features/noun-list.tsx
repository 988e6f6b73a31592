import { type UseQueryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ColumnDef } from '@tanstack/react-table';
import { Ellipsis, type LucideIcon, Pencil, Plus, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button, buttonClass, IconButton } from '@/components/button';
import { DataTable } from '@/components/data-table';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import { Confirm } from '@/components/overlay';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { say } from '@/components/toast';
import { useMay } from './access/session';

interface NounListProps<T extends { id: string }> {
  title: string;
  lead: string;
  icon: LucideIcon;
  query: UseQueryOptions<T[], Error, T[], string[]> & { queryKey: string[] };
  // biome-ignore lint/suspicious/noExplicitAny: a table's columns have values of many types
  columns: ColumnDef<T, any>[];
  /** What the button says that makes one. */
  create: string;
  empty: { title: string; text: string };
  /** What makes or changes one in place; without it, `createAt` is the page that makes one. */
  form?: (row: T | undefined, onClose: () => void) => ReactNode;
  createAt?: LinkProps['to'];
  /** If a row leads to a page; else it opens its form. */
  onOpen?: ((row: T) => void) | undefined;
  removal?: Removal<T>;
  /** Where else everybody can go from here. */
  links?: ReactNode;
  /** What else can be made, beside the button. */
  actions?: ReactNode;
  /** What everybody can do with a row, beside editing and deleting. */
  items?: (row: T) => ReactNode;
}

interface Removal<T> {
  nameOf(row: T): string;
  /** What deleting it means. */
  meaning: string;
  remove(id: string): Promise<unknown>;
}

/** The page of a noun: its rows, what can be done with each, and the form that makes or changes one. */
export function NounList<T extends { id: string }>(props: NounListProps<T>) {
  const { title, lead, icon, query, columns, create, createAt, empty, onOpen, removal, items } = props;
  const list = useQuery(query);
  const client = useQueryClient();
  const [editing, setEditing] = useState<T | 'new'>();
  const may = useMay('manager');
  const edit = may ? setEditing : undefined;
  const remove = async (row: T) => {
    await removal?.remove(row.id);
    await client.invalidateQueries({ queryKey: query.queryKey });
    say(`${removal?.nameOf(row)} is deleted.`);
  };
  const menu: ColumnDef<T> = {
    id: 'menu',
    header: () => <span className="sr-only">Actions</span>,
    meta: { align: 'right' },
    cell: ({ row: { original: row } }) =>
      removal && (
        <RowMenu
          name={removal.nameOf(row)}
          meaning={removal.meaning}
          items={items?.(row)}
          {...(edit ? { onEdit: () => edit(row), onDelete: () => remove(row) } : {})}
        />
      ),
  };
  const make = may && (
    <>
      {props.actions}
      {createAt ? (
        <Link to={createAt} className={buttonClass('primary')}>
          <Plus className="size-4" aria-hidden /> {create}
        </Link>
      ) : (
        <Button kind="primary" onClick={() => setEditing('new')}>
          <Plus className="size-4" aria-hidden /> {create}
        </Button>
      )}
    </>
  );
  const open = onOpen ?? edit;
  return (
    <Page
      title={title}
      lead={lead}
      actions={
        <>
          {props.links}
          {make}
        </>
      }
    >
      <DataTable
        label={title}
        columns={removal && (may || items) ? [...columns, menu] : columns}
        rows={list.data}
        rowId={(row) => row.id}
        {...(open ? { onOpen: open } : {})}
        problem={list.error}
        retry={() => void list.refetch()}
        empty={
          <Empty
            icon={icon}
            title={empty.title}
            action={make && <span className="flex flex-wrap justify-center gap-2">{make}</span>}
          >
            {empty.text}
          </Empty>
        }
      />
      {editing && props.form?.(editing === 'new' ? undefined : editing, () => setEditing(undefined))}
    </Page>
  );
}

interface RowMenuProps {
  name: string;
  meaning: string;
  items: ReactNode;
  onEdit?: () => void;
  onDelete?: () => Promise<unknown>;
}

function RowMenu({ name, meaning, items, onEdit, onDelete }: RowMenuProps) {
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
        {onEdit && (
          <MenuItem onSelect={onEdit}>
            <Pencil className="size-4 text-ink-3" aria-hidden /> Edit
          </MenuItem>
        )}
        {items}
        {onDelete && (
          <>
            <MenuLine />
            <MenuItem danger onSelect={() => setAsking(true)}>
              <Trash2 className="size-4" aria-hidden /> Delete…
            </MenuItem>
          </>
        )}
      </Menu>
      {onDelete && (
        <Confirm
          open={asking}
          onOpenChange={setAsking}
          title={`Delete ${name}?`}
          deed="Delete"
          onConfirm={onDelete}
        >
          {meaning}
        </Confirm>
      )}
    </span>
  );
}
