import { Input, Select } from '@/components/field';
import { list, type Node, put, text } from '../graph';
import { type FormProps, ListRows, NumberRow, SelectRow, TextRow } from './fields';

type Json = Record<string, unknown>;
const TAGS_HINT = 'Tags and variables in brackets: [state].';

export function VariableForm(props: FormProps) {
  return (
    <>
      <TextRow {...props} field="name" label="Variable" mono />
      <TextRow {...props} field="value" label="Value" mono hint={TAGS_HINT} />
    </>
  );
}

export function TagForm(props: FormProps) {
  return (
    <>
      <TextRow {...props} field="name" label="Tag" mono />
      <TextRow {...props} field="value" label="Value" mono hint={TAGS_HINT} />
    </>
  );
}

export function DebugForm(props: FormProps) {
  return <TextRow {...props} field="message" label="Message" rows={2} mono hint={TAGS_HINT} />;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((each): [string, string] => [each, each]);
const BODY_KINDS: [string, string][] = [
  ['', 'no body'],
  ['json', 'JSON'],
  ['form', 'form'],
  ['raw', 'as it is'],
];

export function HttpForm(props: FormProps) {
  const { node, editable, onChange, errorOf } = props;
  const body = node.body as { kind: string; text: string } | undefined;
  return (
    <>
      <SelectRow {...props} field="method" label="Method" choices={METHODS} />
      <TextRow
        {...props}
        field="url"
        label="URL"
        mono
        rows={2}
        hint="The host is written out; after it there may be tags in brackets. Private addresses are refused."
      />
      <ListRows
        label="Headers"
        add="Add header"
        items={list(node.headers)}
        fresh={{ name: '', value: '' }}
        editable={editable}
        error={errorOf('headers')}
        onChange={(headers) => onChange(putList(node, 'headers', headers), 'headers')}
        row={(item, change, at) => (
          <>
            <Input
              aria-label={`Name of header ${at + 1}`}
              placeholder="Name"
              readOnly={!editable}
              value={text(item.name)}
              onChange={(event) => change({ ...item, name: event.target.value })}
            />
            <Input
              aria-label={`Value of header ${at + 1}`}
              placeholder="value"
              readOnly={!editable}
              value={text(item.value)}
              onChange={(event) => change({ ...item, value: event.target.value })}
            />
          </>
        )}
      />
      {((node.method ?? 'GET') !== 'GET' || body) && (
        <>
          <SelectRow
            {...props}
            node={{ type: '', body: body?.kind }}
            field="body"
            label="Body"
            choices={BODY_KINDS}
            onChange={({ body: kind }) => {
              onChange(put(node, 'body', kind ? { text: '', ...body, kind } : undefined), 'body');
            }}
          />
          {body && (
            <TextRow
              {...props}
              node={{ type: '', text: body.text }}
              field="text"
              label="Body text"
              rows={4}
              mono
              errorOf={() => errorOf('body')}
              onChange={({ text: words }) => onChange({ ...node, body: { ...body, text: words } }, 'body')}
            />
          )}
        </>
      )}
      <ListRows
        label="Taken from the answer"
        add="Take a value"
        items={list(node.response)}
        fresh={{ from: '/', to: { variable: '' } } as Json}
        editable={editable}
        error={errorOf('response')}
        hint="“status”, or a JSON pointer such as /lead/score."
        onChange={(response) => onChange(putList(node, 'response', response), 'response')}
        row={(item, change, at) => <MappingRow {...{ item, change, at, editable }} />}
      />
      <NumberRow {...props} field="timeout_ms" label="Wait at most, ms" placeholder="2000" />
    </>
  );
}

interface MappingProps {
  item: Json;
  change(item: Json): void;
  at: number;
  editable: boolean;
}

function MappingRow({ item, change, at, editable }: MappingProps) {
  const to = (item.to ?? {}) as Json;
  const kind = 'tag' in to ? 'tag' : 'variable';
  return (
    <>
      <Input
        aria-label={`Value ${at + 1} from`}
        className="font-mono text-xs"
        readOnly={!editable}
        value={text(item.from)}
        onChange={(event) => change({ ...item, from: event.target.value })}
      />
      <Select
        aria-label={`Value ${at + 1} becomes`}
        disabled={!editable}
        value={kind}
        onChange={(event) => change({ ...item, to: { [event.target.value]: text(to[kind]) } })}
      >
        <option value="variable">variable</option>
        <option value="tag">tag</option>
      </Select>
      <Input
        aria-label={`Value ${at + 1} name`}
        placeholder="name"
        className="font-mono text-xs"
        readOnly={!editable}
        value={text(to[kind])}
        onChange={(event) => change({ ...item, to: { [kind]: event.target.value } })}
      />
    </>
  );
}

const putList = (node: Node, field: string, items: Json[]): Node =>
  put(node, field, items.length === 0 ? undefined : items);

export function ScriptForm(props: FormProps) {
  const { node, editable, onChange, errorOf } = props;
  const inputs = Array.isArray(node.inputs) ? node.inputs.map(String) : [];
  return (
    <>
      <TextRow
        {...props}
        field="source"
        label="Script"
        rows={8}
        mono
        hint="The body of a function of input. The fields it returns become variables, those of its field tags become tags."
      />
      <ListRows
        label="Inputs"
        add="Add input"
        items={inputs}
        fresh=""
        editable={editable}
        error={errorOf('inputs')}
        hint="Tags and variables that input has."
        onChange={(next) => onChange(put(node, 'inputs', next.length === 0 ? undefined : next), 'inputs')}
        row={(item, change, at) => (
          <Input
            aria-label={`Input ${at + 1}`}
            className="font-mono text-xs"
            readOnly={!editable}
            value={item}
            onChange={(event) => change(event.target.value)}
          />
        )}
      />
      <NumberRow {...props} field="timeout_ms" label="Stopped after, ms" placeholder="100" />
    </>
  );
}
