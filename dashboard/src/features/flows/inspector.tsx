import { Copy, Trash2 } from 'lucide-react';
import type { ComponentType } from 'react';
import type { Schema } from '@/api/types';
import { Button } from '@/components/button';
import { Field, Input, Select } from '@/components/field';
import { ConditionForm, DistributeForm, SwitchForm, TimeForm } from './forms/decide';
import type { FormProps } from './forms/fields';
import { DebugForm, HttpForm, ScriptForm, TagForm, VariableForm } from './forms/know';
import { DialForm, HoldForm, MenuForm, PlanForm, RejectForm } from './forms/talk';
import { type Graph, put, waysOf } from './graph';
import { KINDS, kindOf, nodeName } from './kinds';
import type { Editor } from './use-editor';

const FORMS: Record<string, ComponentType<FormProps>> = {
  condition: ConditionForm,
  switch: SwitchForm,
  set_variable: VariableForm,
  set_tag: TagForm,
  http_request: HttpForm,
  javascript: ScriptForm,
  time: TimeForm,
  menu: MenuForm,
  distribute: DistributeForm,
  dial: DialForm,
  routing_plan: PlanForm,
  hold: HoldForm,
  reject: RejectForm,
  debug: DebugForm,
};

interface InspectorProps {
  id: string;
  editor: Editor;
  editable: boolean;
  problems: Schema['FlowProblem'][];
  onDuplicate(): void;
  onNew(type: string, from: { node: string; field: string }): void;
}

/** Everything about one node: its name, its form, and where its ways lead. */
export function Inspector({ id, editor, editable, problems, onDuplicate, onNew }: InspectorProps) {
  const node = editor.graph.nodes[id];
  if (node === undefined) return null;
  const kind = kindOf(node.type);
  const Form = FORMS[node.type];
  const mine = problems.filter((problem) => problem.node === id);
  const fields = new Set(mine.map((problem) => problem.field));
  const errorOf = (field: string) =>
    mine.find(
      (each) =>
        each.field === field ||
        (/^[.[]/.test(each.field.slice(field.length)) && each.field.startsWith(field)),
    )?.message;
  const ways = waysOf(node);
  const whole = mine.filter((each) => each.field === '' || !fields.has(each.field));
  return (
    <div className="grid gap-4">
      <header className="flex items-start gap-2.5">
        <kind.icon className="mt-0.5 size-4 shrink-0 text-ink-3" strokeWidth={1.75} aria-hidden />
        <div className="min-w-0 flex-1">
          <h2 className="text-sm font-semibold">{kind.label}</h2>
          <p className="text-xs text-pretty text-ink-3">{kind.about}</p>
        </div>
        <code className="rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-2xs text-ink-2 ring-1 ring-line ring-inset">
          {id}
        </code>
      </header>
      {whole.map((problem) => (
        <p key={problem.code} className="rounded-md bg-warn-soft px-3 py-2 text-xs">
          {problem.message}
        </p>
      ))}
      <Field label="Name" optional error={errorOf('label')}>
        {(control) => (
          <Input
            {...control}
            placeholder={kind.label}
            readOnly={!editable}
            value={node.label ?? ''}
            onChange={(event) =>
              editor.set(id, put(node, 'label', event.target.value || undefined), `${id} label`)
            }
          />
        )}
      </Field>
      {Form && (
        <Form
          key={id}
          node={node}
          editable={editable}
          errorOf={errorOf}
          onChange={(next, field) => editor.set(id, next, `${id} ${field}`)}
        />
      )}
      {ways.length > 0 && (
        <fieldset className="grid gap-2 border-t pt-4">
          <legend className="float-left mb-1 w-full text-xs font-medium text-ink-2">Goes on</legend>
          {ways.map((way) => (
            <WayRow
              key={way.field}
              label={way.label}
              optional={way.optional}
              to={way.to}
              graph={editor.graph}
              own={id}
              editable={editable}
              error={errorOf(way.field)}
              onLead={(to) => editor.lead(id, way.field, to)}
              onNew={(type) => onNew(type, { node: id, field: way.field })}
            />
          ))}
        </fieldset>
      )}
      {editable && (
        <div className="flex gap-2 border-t pt-4">
          <Button small onClick={onDuplicate} disabled={node.type === 'start'}>
            <Copy className="size-3.5" aria-hidden /> Duplicate
          </Button>
          <Button small kind="danger" onClick={() => editor.remove(new Set([id]))}>
            <Trash2 className="size-3.5" aria-hidden /> Delete node
          </Button>
        </div>
      )}
    </div>
  );
}

interface WayProps {
  label: string;
  optional: boolean;
  to: string | undefined;
  graph: Graph;
  own: string;
  editable: boolean;
  error: string | undefined;
  onLead(to: string | undefined): void;
  onNew(type: string): void;
}

const NEW = 'new ';

/** Where a way leads: the same as dragging it, by keyboard. */
function WayRow({ label, optional, to, graph, own, editable, error, onLead, onNew }: WayProps) {
  const others = Object.entries(graph.nodes).filter(([id, node]) => id !== own && node.type !== 'start');
  return (
    <Field label={label} error={error}>
      {(control) => (
        <Select
          {...control}
          disabled={!editable}
          value={to ?? ''}
          onChange={(event) => {
            const { value } = event.target;
            if (value.startsWith(NEW)) onNew(value.slice(NEW.length));
            else onLead(value || undefined);
          }}
        >
          <option value="">{optional ? 'the call ends' : 'nowhere yet'}</option>
          <optgroup label="Nodes">
            {to === own && <option value={own}>this node again</option>}
            {others.map(([id, node]) => (
              <option key={id} value={id}>
                {nodeName(node)} ({id})
              </option>
            ))}
            {to !== undefined && graph.nodes[to] === undefined && <option value={to}>{to} (missing)</option>}
          </optgroup>
          <optgroup label="A new node">
            {KINDS.filter((kind) => kind.type !== 'start').map((kind) => (
              <option key={kind.type} value={NEW + kind.type}>
                + {kind.label}
              </option>
            ))}
          </optgroup>
        </Select>
      )}
    </Field>
  );
}
