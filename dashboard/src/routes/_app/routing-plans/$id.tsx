import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute, Link, useBlocker } from '@tanstack/react-router';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/api/client';
import type { RoutingPlan, RoutingPlanFields, Schema } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { CopyId } from '@/components/copy';
import { Field, Input, Select } from '@/components/field';
import { span } from '@/components/format';
import { Confirm } from '@/components/overlay';
import { Page, Section } from '@/components/page';
import { ErrorState, LoadingRows, ProblemNote } from '@/components/states';
import { say } from '@/components/toast';
import { useMay } from '@/features/access/session';
import { conditionText } from '@/features/condition/condition';
import { usePlanName, usePublisherName, useTargetName } from '@/features/names';
import { type Group, toGroups, toRoutes } from '@/features/routing-plans/groups';
import { plansQuery } from '@/features/routing-plans/queries';
import { RoutesEditor } from '@/features/routing-plans/routes-editor';
import { targetsQuery } from '@/features/targets/queries';

export const Route = createFileRoute('/_app/routing-plans/$id')({ component: PlanPage });

function PlanPage() {
  const { id } = Route.useParams();
  const plan = useQuery({
    queryKey: ['routing-plans', id],
    queryFn: () => data(api.GET('/v1/routing-plans/{id}', { params: { path: { id } } })),
  });
  if (plan.data === undefined) {
    return (
      <Page title="Routing plan" above={<Above />}>
        {plan.error ? <ErrorState problem={plan.error} retry={() => void plan.refetch()} /> : <LoadingRows />}
      </Page>
    );
  }
  return <Editor key={`${plan.data.updated_at} ${plan.data.draft ? 'draft' : ''}`} plan={plan.data} />;
}

function Above() {
  return (
    <Link to="/routing-plans" className="hover:text-ink hover:underline">
      Routing plans
    </Link>
  );
}

function fieldsOf(plan: RoutingPlan): RoutingPlanFields {
  if (plan.draft) return plan.draft;
  const { name, routes, duplicates, overrides, fallback } = plan;
  return {
    name,
    routes,
    ...(duplicates ? { duplicates } : {}),
    ...(overrides ? { overrides } : {}),
    ...(fallback ? { fallback } : {}),
  };
}

function Editor({ plan }: { plan: RoutingPlan }) {
  const client = useQueryClient();
  const navigate = Route.useNavigate();
  const may = useMay('manager');
  const targets = useQuery(targetsQuery).data ?? [];
  const [fields, setFields] = useState(() => fieldsOf(plan));
  const [groups, setGroups] = useState<Group[]>(() => toGroups(fieldsOf(plan).routes));
  const [dirty, setDirty] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [deleting, setDeleting] = useState(false);
  const path = { params: { path: { id: plan.id } } };
  useBlocker({
    shouldBlockFn: () => dirty && !window.confirm('Leave without saving the changes to this plan?'),
    enableBeforeUnload: dirty,
  });

  const change = (next: Partial<RoutingPlanFields>) => {
    setFields((before) => ({ ...before, ...next }));
    setDirty(true);
  };
  const run = async (deed: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await deed();
      setDirty(false);
      await client.invalidateQueries({ queryKey: ['routing-plans'] });
      say(done);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const whole = (): RoutingPlanFields => ({ ...fields, routes: toRoutes(groups) });
  const saveDraft = () => data(api.PUT('/v1/routing-plans/{id}/draft', { ...path, body: whole() }));
  const publish = async () => {
    await saveDraft();
    await data(api.POST('/v1/routing-plans/{id}/publish', path));
  };
  const add = (target: string) => {
    const placed = { key: `new-${Date.now()}`, route: { target } };
    setGroups((before) => {
      const last = before.at(-1);
      return last ? [...before.slice(0, -1), { routes: [...last.routes, placed] }] : [{ routes: [placed] }];
    });
    setDirty(true);
  };
  const draft = plan.draft !== null && plan.draft !== undefined;

  return (
    <Page
      title={fields.name}
      above={<Above />}
      lead={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          {dirty ? (
            <Badge tone="warn">Not saved</Badge>
          ) : draft ? (
            <Badge tone="warn">Draft</Badge>
          ) : (
            <Badge tone="ok">Published</Badge>
          )}
          <span>
            {draft || dirty ? 'Calls go by the published plan until you publish this.' : 'Calls go by this.'}
          </span>
          <CopyId id={plan.id} short label="Copy plan id" />
        </span>
      }
      actions={
        may && (
          <>
            {draft && !dirty && (
              <Button
                kind="quiet"
                busy={busy}
                onClick={() =>
                  void run(
                    () => api.DELETE('/v1/routing-plans/{id}/draft', path),
                    'The draft is thrown away.',
                  )
                }
              >
                Discard draft
              </Button>
            )}
            <Button
              busy={busy}
              disabled={!dirty}
              onClick={() => void run(saveDraft, 'Kept as the draft; no call is routed by it yet.')}
            >
              Save draft
            </Button>
            <Button
              kind="primary"
              busy={busy}
              disabled={!dirty && !draft}
              onClick={() => void run(publish, 'Published: calls go by it within a second.')}
            >
              Publish
            </Button>
          </>
        )
      }
    >
      {problem !== undefined && <ProblemNote problem={problem} className="mb-4" />}
      {plan.problems?.map((each) => (
        <p key={each.field} className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-sm">
          {each.message}
        </p>
      ))}
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_360px]">
        <Section
          title="Targets"
          className="self-start"
          actions={
            may && (
              <label className="relative">
                <span className="sr-only">Add a target</span>
                <Plus
                  className="pointer-events-none absolute top-1.5 left-2 size-3.5 text-ink-3"
                  aria-hidden
                />
                <select
                  value=""
                  onChange={(event) => add(event.target.value)}
                  className="h-7 rounded-md border border-edge/60 bg-raised pr-2 pl-7 text-xs font-medium"
                >
                  <option value="" disabled>
                    Add a target
                  </option>
                  {targets.map((target) => (
                    <option key={target.id} value={target.id}>
                      {target.name}
                    </option>
                  ))}
                </select>
              </label>
            )
          }
        >
          <RoutesEditor
            groups={groups}
            editable={may}
            onChange={(next) => {
              setGroups(next);
              setDirty(true);
            }}
          />
        </Section>
        <div className="grid content-start gap-4">
          <Section title="Plan">
            <div className="grid gap-4">
              <Field label="Name">
                {(control) => (
                  <Input
                    {...control}
                    value={fields.name}
                    disabled={!may}
                    onChange={(event) => change({ name: event.target.value })}
                  />
                )}
              </Field>
              <Field label="If nobody takes the call" hint="The fallback gets it, whatever its filter.">
                {(control) => (
                  <Select
                    {...control}
                    value={fields.fallback ?? ''}
                    disabled={!may}
                    onChange={(event) => change({ fallback: event.target.value || null })}
                  >
                    <option value="">reject it</option>
                    {targets.map((target) => (
                      <option key={target.id} value={target.id}>
                        {target.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
              <Duplicates
                rule={fields.duplicates ?? undefined}
                editable={may}
                onChange={(duplicates) => change({ duplicates })}
              />
            </div>
          </Section>
          <Overrides overrides={fields.overrides ?? []} />
          {may && (
            <Button kind="danger" className="justify-self-start" onClick={() => setDeleting(true)}>
              <Trash2 className="size-3.5" aria-hidden /> Delete plan
            </Button>
          )}
        </div>
      </div>
      <Confirm
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete ${plan.name}?`}
        deed="Delete plan"
        onConfirm={async () => {
          await data(api.DELETE('/v1/routing-plans/{id}', path));
          setDirty(false);
          await client.invalidateQueries({ queryKey: plansQuery.queryKey, exact: true });
          await navigate({ to: '/routing-plans' });
          say(`${plan.name} is deleted.`);
        }}
      >
        A plan that a campaign, another plan or a published flow uses can’t be deleted.
      </Confirm>
    </Page>
  );
}

type DuplicateRule = Schema['DuplicateRule'];

const DUPLICATES: [string, string][] = [
  ['', 'are routed like any other'],
  ['reject', 'are rejected'],
  ['same_target', 'go to the same target again'],
  ['other_target', 'go to another target'],
];
const WINDOWS = [3_600, 86_400, 604_800, 2_592_000];

interface DuplicatesProps {
  rule: DuplicateRule | undefined;
  editable: boolean;
  onChange(rule: DuplicateRule | null): void;
}

function Duplicates({ rule, editable, onChange }: DuplicatesProps) {
  const seconds = rule?.window_seconds ?? 86_400;
  const windows = WINDOWS.includes(seconds) ? WINDOWS : [...WINDOWS, seconds];
  return (
    <div className="grid gap-2">
      <Field label="Callers who called before">
        {(control) => (
          <Select
            {...control}
            disabled={!editable}
            value={rule?.then ?? ''}
            onChange={(event) =>
              onChange(
                event.target.value === ''
                  ? null
                  : // biome-ignore lint/suspicious/noThenProperty: the API's name for it
                    { ...rule, window_seconds: seconds, then: event.target.value },
              )
            }
          >
            {DUPLICATES.map(([id, label]) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {rule && (
        <Field label="Within">
          {(control) => (
            <Select
              {...control}
              disabled={!editable}
              value={seconds}
              onChange={(event) => onChange({ ...rule, window_seconds: Number(event.target.value) })}
            >
              {windows.map((each) => (
                <option key={each} value={each}>
                  {span(each)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </div>
  );
}

function Overrides({ overrides }: { overrides: Schema['Override'][] }) {
  const target = useTargetName();
  const plan = usePlanName();
  const publisher = usePublisherName();
  return (
    <Section title="Overrides" count={overrides.length}>
      {overrides.length === 0 ? (
        <p className="text-xs text-ink-3">
          Exceptions by publisher, caller or tag, looked at before the targets. They are set by the API:{' '}
          <code className="font-mono">overrides</code> of the plan.
        </p>
      ) : (
        <ol className="grid gap-2 text-sm">
          {overrides.map((each) => (
            <li key={each.order}>
              <span className="tnum text-ink-3">{each.order}.</span>{' '}
              {[
                each.publisher && publisher(each.publisher),
                each.caller && `caller ${each.caller}`,
                each.filter && conditionText(each.filter),
              ]
                .filter(Boolean)
                .join(' and ') || 'every call'}{' '}
              →{' '}
              <span className="font-medium">
                {each.then.target
                  ? target(each.then.target)
                  : each.then.plan
                    ? `plan ${plan(each.then.plan)}`
                    : `reject: ${each.then.reject ?? ''}`}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
