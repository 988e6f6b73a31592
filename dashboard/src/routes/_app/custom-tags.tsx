import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import { Tags } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { api, data } from '@/api/client';
import type { CustomTag, Schema, TagSource } from '@/api/types';
import { Badge } from '@/components/badge';
import { ChecksField } from '@/components/checks-field';
import { Lead } from '@/components/data-table';
import { FieldRow } from '@/components/field';
import { AreaField, CheckField, FormSheet, SelectField, TextField } from '@/components/form';
import { say } from '@/components/toast';
import { Nothing } from '@/components/values';
import { customTagsQuery } from '@/features/custom-tags/queries';
import { NounList } from '@/features/noun-list';

export const Route = createFileRoute('/_app/custom-tags')({ component: CustomTags });

type TagType = Schema['TagType'];
const TYPES: Record<TagType, string> = {
  text: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  date: 'Date',
  one_of: 'One of a list',
};
/** In the order in which they win. */
const SOURCES: TagSource[] = [
  'number',
  'campaign',
  'publisher',
  'url',
  'header',
  'rtb',
  'call_data',
  'flow',
  'update_tags',
];

const column = createColumnHelper<CustomTag>();

function CustomTags() {
  const columns = [
    column.accessor('label', {
      header: 'Tag',
      cell: (cell) => (
        <Lead sub={<span className="font-mono text-2xs">{cell.row.original.key}</span>}>
          {cell.getValue()}
        </Lead>
      ),
    }),
    column.accessor('kind', {
      header: 'Type',
      cell: (cell) => (
        <span className="inline-flex max-w-72 items-center gap-2 truncate">
          <Badge>{TYPES[cell.getValue().type]}</Badge>
          <span className="hidden truncate text-xs text-ink-3 sm:inline">
            {cell.getValue().values?.join(', ')}
          </span>
        </span>
      ),
    }),
    column.accessor('aliases', {
      header: 'Also called',
      meta: { from: 'md' },
      cell: (cell) =>
        cell.getValue().length > 0 ? (
          <span className="font-mono text-xs text-ink-2">{cell.getValue().join(', ')}</span>
        ) : (
          <Nothing />
        ),
    }),
    column.accessor('sources', {
      header: 'Sources',
      meta: { from: 'lg' },
      cell: (cell) => <span className="text-ink-2">{cell.getValue()?.join(', ') ?? 'any'}</span>,
    }),
    column.accessor('default', {
      header: 'Default',
      meta: { from: 'md' },
      cell: (cell) => cell.getValue() ?? <Nothing />,
    }),
  ];
  return (
    <NounList
      title="Custom tags"
      lead="Which fields of call_data become tags of the call, and what their values should be. Values that don’t fit are kept and flagged, never refused."
      icon={Tags}
      query={customTagsQuery}
      columns={columns}
      create="New tag"
      empty={{
        title: 'No custom tag yet',
        text: 'Without a definition a field of call_data stays with its request and can’t route the call.',
      }}
      removal={{
        nameOf: (row) => row.label,
        meaning: 'New call_data no longer becomes this tag. The tags of past calls stay.',
        remove: (id) => data(api.DELETE('/v1/custom-tags/{id}', { params: { path: { id } } })),
      }}
      form={(row, onClose) => <TagForm tag={row} onClose={onClose} />}
    />
  );
}

interface TagValues {
  key: string;
  label: string;
  type: TagType;
  values: string;
  aliases: string;
  limited: boolean;
  sources: TagSource[];
  default: string;
}

const words = (text: string) =>
  text
    .split(/[\n,]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');

function TagForm({ tag, onClose }: { tag: CustomTag | undefined; onClose(): void }) {
  const client = useQueryClient();
  const form = useForm<TagValues>({
    defaultValues: {
      key: tag?.key ?? '',
      label: tag?.label ?? '',
      type: tag?.kind.type ?? 'text',
      values: tag?.kind.values?.join('\n') ?? '',
      aliases: tag?.aliases.join(', ') ?? '',
      limited: (tag?.sources ?? null) !== null,
      sources: tag?.sources ?? [],
      default: tag?.default ?? '',
    },
  });
  const type = form.watch('type');
  const limited = form.watch('limited');
  const save = async (values: TagValues) => {
    const body = {
      key: values.key,
      label: values.label,
      kind:
        values.type === 'one_of'
          ? { type: values.type, values: words(values.values) }
          : { type: values.type },
      aliases: words(values.aliases),
      sources: values.limited ? values.sources : null,
      default: values.default || null,
    };
    if (tag) await data(api.PATCH('/v1/custom-tags/{id}', { params: { path: { id: tag.id } }, body }));
    else await data(api.POST('/v1/custom-tags', { body }));
    await client.invalidateQueries({ queryKey: ['custom-tags'] });
    say(tag ? 'Tag saved.' : 'Tag defined.');
  };
  return (
    <FormSheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={tag ? tag.label : 'New custom tag'}
      form={form}
      save={save}
      deed={tag ? 'Save tag' : 'Define tag'}
    >
      <FieldRow>
        <TextField
          form={form}
          name="key"
          label="Key"
          className="[&_input]:font-mono"
          placeholder="lead_source"
          hint="Any case; what is no letter or digit becomes _."
        />
        <TextField form={form} name="label" label="Label" placeholder="Lead source" />
      </FieldRow>
      <SelectField form={form} name="type" label="Type">
        {Object.entries(TYPES).map(([id, label]) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </SelectField>
      {type === 'one_of' && (
        <AreaField form={form} name="values" label="Values" rows={4} hint="One on a line." />
      )}
      <TextField
        form={form}
        name="aliases"
        label="Also called"
        optional
        placeholder="source, utm_source"
        hint="Other names under which it may be sent."
      />
      <TextField
        form={form}
        name="default"
        label="Default"
        optional
        hint="What a call has if nothing says otherwise."
      />
      <div className="grid gap-2">
        <CheckField
          form={form}
          name="limited"
          label="Only from certain sources"
          hint="Later ones win: this is their order."
        />
        {limited && (
          <ChecksField
            form={form}
            name="sources"
            label="Sources"
            unlabelled
            columns
            choices={SOURCES.map((source) => ({ value: source, label: source }))}
          />
        )}
      </div>
    </FormSheet>
  );
}
