import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { PhoneCall, Share2 } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { Group } from '@/api/types';
import { CopyId } from '@/components/copy';
import { Lead } from '@/components/data-table';
import { FormSheet, TextField } from '@/components/form';
import { MenuItem } from '@/components/menu';
import { say } from '@/components/toast';
import { fromLines, toLines } from '@/features/groups/defaults';
import { TagDefaults, TagDefaultsField } from '@/features/groups/tag-defaults';
import { NounList } from '@/features/noun-list';
import { numbersQuery } from '@/features/numbers/queries';
import { publishersQuery } from '@/features/publishers/queries';

export const Route = createFileRoute('/_app/publishers')({ component: Publishers });

const column = createColumnHelper<Group>();

function Publishers() {
  const numbers = useQuery(numbersQuery).data ?? [];
  const navigate = Route.useNavigate();
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
      cell: (cell) => <TagDefaults tags={cell.getValue()} />,
    }),
    column.accessor('id', {
      header: 'Publisher id',
      meta: { from: 'md' },
      cell: (cell) => <CopyId id={cell.getValue()} short label="Copy publisher id" />,
    }),
  ];
  return (
    <NounList
      title="Publishers"
      lead="Who sends the calls: partners, sites, ad accounts."
      icon={Share2}
      query={publishersQuery}
      columns={columns}
      create="New publisher"
      empty={{
        title: 'No publisher yet',
        text: 'A number that belongs to a publisher tells whose call it is, and who is paid for it.',
      }}
      removal={{
        nameOf: (row) => row.name,
        meaning: 'Its calls keep their data. A publisher that has numbers or RTB endpoints can’t be deleted.',
        remove: (id) => data(api.DELETE('/v1/publishers/{id}', { params: { path: { id } } })),
      }}
      items={(row) => (
        <MenuItem onSelect={() => void navigate({ to: '/calls', search: { publisher: row.id } })}>
          <PhoneCall className="size-4 text-ink-3" aria-hidden /> See its calls
        </MenuItem>
      )}
      form={(row, onClose) => <PublisherForm publisher={row} onClose={onClose} />}
    />
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
      <TagDefaultsField form={form} name="tag_defaults" placeholder="sub_id = a1" />
    </FormSheet>
  );
}
