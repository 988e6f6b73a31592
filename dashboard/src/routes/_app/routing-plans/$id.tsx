import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute, Link, useBlocker } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, data } from '@/api/client';
import type { RoutingPlan, RoutingPlanFields } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button } from '@/components/button';
import { CopyId } from '@/components/copy';
import { Confirm } from '@/components/overlay';
import { Page, Section } from '@/components/page';
import { ErrorState, LoadingRows, ProblemNote } from '@/components/states';
import { say } from '@/components/toast';
import { useMay } from '@/features/access/session';
import { AddTarget } from '@/features/routing-plans/add-target';
import { type Group, toGroups, toRoutes } from '@/features/routing-plans/groups';
import { Overrides } from '@/features/routing-plans/overrides';
import { PlanFields } from '@/features/routing-plans/plan-fields';
import { plansQuery } from '@/features/routing-plans/queries';
import { RoutesEditor } from '@/features/routing-plans/routes-editor';
import { Tester } from '@/features/routing-plans/tester';
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
  const { name, routes, strategy, simultaneous_max, duplicates, overrides, fallback } = plan;
  return {
    name,
    routes,
    ...(strategy ? { strategy } : {}),
    ...(simultaneous_max ? { simultaneous_max } : {}),
    ...(duplicates ? { duplicates } : {}),
    ...(overrides ? { overrides } : {}),
    ...(fallback ? { fallback } : {}),
  };
}

function Editor({ plan }: { plan: RoutingPlan }) {
  const client = useQueryClient();
  const navigate = Route.useNavigate();
  const may = useMay('manager');
  const mayTest = useMay('analyst');
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
        <div className="grid content-start gap-4">
          <Section title="Targets" actions={may && <AddTarget targets={targets} onAdd={add} />}>
            <RoutesEditor
              groups={groups}
              editable={may}
              onChange={(next) => {
                setGroups(next);
                setDirty(true);
              }}
            />
          </Section>
          {mayTest && <Tester id={plan.id} plan={whole()} isDraft={draft || dirty} />}
        </div>
        <div className="grid content-start gap-4">
          <PlanFields fields={fields} targets={targets} editable={may} onChange={change} />
          <Overrides
            plan={plan.id}
            overrides={fields.overrides ?? []}
            editable={may}
            onChange={(overrides) => change({ overrides })}
          />
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
