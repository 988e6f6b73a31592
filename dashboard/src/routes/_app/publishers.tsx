import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { PhoneCall, Plus, Share2 } from 'lucide-react';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Group } from '@/api/types';
import { Button } from '@/components/button';
import { CopyId } from '@/components/copy';
import { DataTable, Lead } from '@/components/data-table';
import { AreaField, FormSheet, TextField } from '@/components/form';
import { plural } from '@/components/format';
import { MenuItem } from '@/components/menu';
import { Page } from '@/components/page';
import { Empty } from '@/components/states';
import { say } from '@/components/toast';
import { Nothing } from '@/components/values';
import { useMay } from '@/features/access/session';
import { fromLines, toLines } from '@/features/groups/defaults';
import { numbersQuery } from '@/features/numbers/queries';
import { publishersQuery } from '@/features/publishers/queries';
import { RowMenu } from '@/features/row-menu';

export const Route = createFileRoute('/_app/publishers')({ component: Publishers });

const column = createColumnHelper<Group>();

function Publishers() {
  const publishers = useQuery(publishersQuery);
  const numbers = useQuery(numbersQuery).data ?? [];
  const client = useQueryClient();
  const navigate = Route.useNavigate();
  const [editing, setEditing] = useState<Group | 'new'>();
  const may = useMay('manager');
  const columns = [
    column.accessor('name', { header: 'Publisher', cell: (cell) => <Lead>{cell.getValue()}</Lead> }),
    column.display({
      id: 'numbers',
      header: 'Numbers',
      meta: { align: 'right' },
      cell: (cell) => (
        <span className="tnum">
          {numbers.filter((each) => each.publisher_id === cell.row.original.id).length}
        </span>
      ),
    }),
    column.accessor('tag_defaults', {
      header: 'Tag defaults',
      meta: { from: 'sm' },
      cell: (cell) => {
        const count = Object.keys(cell.getValue() ?? {}).length;
        return count === 0 ? (
          <Nothing />
        ) : (
          <span className="font-mono text-xs text-ink-2">{plural(count, 'tag')}</span>
        );
      },
    }),
    column.accessor('id', {
      header: 'Publisher id',
      meta: { from: 'md' },
      cell: (cell) => <CopyId id={cell.getValue()} short label="Copy publisher id" />,
    }),
    column.display({
      id: 'menu',
      header: () => <span className="sr-only">Actions</span>,
      meta: { align: 'right' },
      cell: (cell) => (
        <RowMenu
          name={cell.row.original.name}
          onEdit={() => setEditing(cell.row.original)}
          meaning="Its calls keep their data. A publisher that has numbers or RTB endpoints can’t be deleted."
          onDelete={async () => {
            await data(api.DELETE('/v1/publishers/{id}', { params: { path: { id: cell.row.original.id } } }));
            await client.invalidateQueries({ queryKey: ['publishers'] });
            say(`${cell.row.original.name} is deleted.`);
          }}
        >
          <MenuItem
            onSelect={() => void navigate({ to: '/calls', search: { publisher: cell.row.original.id } })}
          >
            <PhoneCall className="size-4 text-ink-3" aria-hidden /> See its calls
          </MenuItem>
        </RowMenu>
      ),
    }),
  ];
  const create = may && (
    <Button kind="primary" onClick={() => setEditing('new')}>
      <Plus className="size-4" aria-hidden /> New publisher
    </Button>
  );
  return (
    <Page title="Publishers" lead="Who sends the calls: partners, sites, ad accounts." actions={create}>
      <DataTable
        label="Publishers"
        columns={columns}
        rows={publishers.data}
        rowId={(each) => each.id}
        {...(may ? { onOpen: setEditing } : {})}
        problem={publishers.error}
        retry={() => void publishers.refetch()}
        empty={
          <Empty icon={Share2} title="No publisher yet" action={create}>
            A number that belongs to a publisher tells whose call it is, and who is paid for it.
          </Empty>
        }
      />
      {editing && (
        <PublisherForm
          key={editing === 'new' ? 'new' : editing.id}
          publisher={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Page>
  );
}

function PublisherForm({ publisher, onClose }: { publisher: Group | undefined; onClose(): void }) {
  const client = useQueryClient();
  const form = useForm({
    values: { name: publisher?.name ?? '', tag_defaults: toLines(publisher?.tag_defaults) },
  });
  const save = async (values: { name: string; tag_defaults: string }) => {
    const body = { name: values.name, tag_defaults: fromLines(values.tag_defaults) };
    if (publisher)
      await data(api.PATCH('/v1/publishers/{id}', { params: { path: { id: publisher.id } }, body }));
    else await data(api.POST('/v1/publishers', { body }));
    await client.invalidateQueries({ queryKey: ['publishers'] });
    say(publisher ? 'Publisher saved.' : 'Publisher made.');
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={publisher ? publisher.name : 'New publisher'}
      form={form}
      save={save}
      deed={publisher ? 'Save publisher' : 'Make publisher'}
    >
      <TextField form={form} name="name" label="Name" />
      <AreaField
        form={form}
        name="tag_defaults"
        label="Tag defaults"
        optional
        rows={4}
        className="font-mono text-xs"
        placeholder={'sub_id = a1'}
        hint="One tag on a line. Its calls have them unless a later source says otherwise."
      />
    </FormSheet>
  );
}
