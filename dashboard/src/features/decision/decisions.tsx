import { Check, CircleArrowRight, Minus, X } from 'lucide-react';
import type { Decision, Explained } from '@/api/types';
import { Badge, type Tone } from '@/components/badge';
import { cx } from '@/components/cx';
import { sentence } from '@/components/format';
import { Time } from '@/components/values';
import { isPlan, nameOf, resultOf, type SeenNode, type SeenPlan, type SeenRoute, wordsOf } from './trace';
import { choiceOf, TRIGGERS, verdictOf } from './verdicts';

const RESULTS: Record<string, Tone> = {
  dial: 'accent',
  redirect: 'accent',
  connected: 'ok',
  reject: 'bad',
  over: 'plain',
};

/** Every decision on a call, oldest first, as one would tell it. */
export function Decisions({ decisions }: { decisions: Decision[] }) {
  return (
    <ol className="relative grid gap-5 before:absolute before:top-2 before:bottom-2 before:left-[9px] before:w-px before:bg-line">
      {decisions.map((decision) => (
        <li key={decision.decision} className="relative grid min-w-0 gap-3 pl-8">
          <span className="tnum absolute top-0 left-0 grid size-[19px] place-items-center rounded-full border bg-ground text-2xs font-medium text-ink-2">
            {decision.decision}
          </span>
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="font-medium">{TRIGGERS[decision.trigger] ?? sentence(decision.trigger)}</span>
            <CircleArrowRight className="size-3.5 text-ink-3" aria-label="so" />
            <Result decision={decision} />
            <span className="ml-auto text-xs text-ink-3">
              <Time at={decision.at} />
            </span>
          </div>
          {decision.tags.length > 0 && <TagsRead tags={decision.tags} />}
          {decision.nodes.length > 0 && <Nodes nodes={decision.nodes} />}
          {decision.plans.map((plan, at) => (
            <Plan key={at} plan={plan} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Result({ decision }: { decision: Decision }) {
  const { action, text } = resultOf(decision);
  return (
    <Badge
      tone={RESULTS[action] ?? 'info'}
      className="h-auto min-h-5 whitespace-normal [overflow-wrap:anywhere]"
    >
      {text}
    </Badge>
  );
}

function TagsRead({ tags }: { tags: Decision['tags'] }) {
  return (
    <p className="flex flex-wrap items-center gap-1.5 text-xs text-ink-3">
      Read
      {tags.map((tag) => (
        <span
          key={tag.name}
          className="rounded-sm bg-sunken px-1.5 py-0.5 font-mono text-2xs text-ink-2 ring-1 ring-line ring-inset"
        >
          {tag.name}
          {typeof tag.value === 'string' ? ` = ${tag.value}` : <span className="text-ink-3"> not set</span>}
          {tag.source && <span className="text-ink-3"> · {tag.source}</span>}
        </span>
      ))}
    </p>
  );
}

function Nodes({ nodes }: { nodes: SeenNode[] }) {
  return (
    <ol className="grid rounded-md border">
      {nodes.map((node, at) => (
        <li key={at} className="grid gap-1 border-b px-3 py-2 last:border-b-0">
          <div className="flex flex-wrap items-center gap-2">
            <span className="font-mono text-xs font-medium">{node.node}</span>
            <span className="text-xs text-ink-3">{sentence(node.type)}</span>
            {node.branch && <Badge tone="accent">→ {node.branch}</Badge>}
            {!node.branch && <span className="text-xs text-ink-3">waits or ends here</span>}
            {node.replayed && <span className="text-xs text-ink-3">answered before</span>}
          </div>
          {node.message && <p className="text-xs text-ink-2">{node.message}</p>}
          <SetTags node={node} />
          {node.explained && <Why explained={node.explained} />}
        </li>
      ))}
    </ol>
  );
}

function SetTags({ node }: { node: SeenNode }) {
  const set = (node.set ?? []).flatMap((each) =>
    each.type === 'set_tag' ? `${each.name} = ${each.value}` : [],
  );
  return set.length > 0 && <p className="font-mono text-xs text-ink-2">set {set.join(', ')}</p>;
}

function Plan({ plan }: { plan: SeenPlan }) {
  return (
    <div className="rounded-md border">
      <div className="flex flex-wrap items-center gap-2 border-b bg-sunken px-3 py-1.5 text-xs">
        {isPlan(plan) ? (
          <span>
            Plan <span className="font-medium">{plan.plan.name}</span>
          </span>
        ) : (
          <span className="text-ink-2">Target of the flow’s node</span>
        )}
        {plan.led_to && <span className="text-ink-2">an override led to {plan.led_to.name}</span>}
      </div>
      {plan.overrides.length > 0 && (
        <ul className="border-b px-3 py-2 text-xs text-ink-2">
          {plan.overrides.map((each) => (
            <li key={each.order} className="flex flex-wrap gap-2">
              Override {each.order}: {sentence(each.verdict)}
              {each.filter && <Why explained={each.filter} />}
            </li>
          ))}
        </ul>
      )}
      {plan.duplicate && (
        <p className="border-b px-3 py-2 text-xs text-ink-2">
          The caller had called before: {plan.duplicate.then.replaceAll('_', ' ')}.
        </p>
      )}
      <ul>
        {plan.routes.map((route, at) => (
          <Route key={at} route={route} plan={plan} />
        ))}
        {plan.fallback && <Route route={plan.fallback} plan={plan} fallback />}
      </ul>
    </div>
  );
}

function Route({ route, plan, fallback }: { route: SeenRoute; plan: SeenPlan; fallback?: boolean }) {
  const choice = choiceOf(plan, route.target, fallback === true);
  const passed = route.verdict === 'eligible';
  const Icon = passed ? Check : route.verdict === 'not_reached' ? Minus : X;
  return (
    <li className={cx('grid gap-1 border-b px-3 py-2 last:border-b-0', choice && 'bg-accent-soft')}>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Icon
          aria-hidden
          className={cx(
            'size-3.5',
            passed ? 'text-ok' : route.verdict === 'not_reached' ? 'text-ink-3' : 'text-bad',
          )}
        />
        <span className="font-medium">{nameOf(route)}</span>
        {fallback && <span className="text-xs text-ink-2">fallback</span>}
        {typeof route.priority === 'number' && isPlan(plan) && (
          <span className="tnum text-xs text-ink-2">
            priority {route.priority} · weight {route.weight}
          </span>
        )}
        <span className="ml-auto text-xs text-ink-2">
          {verdictOf(route)}
          {choice && <span className="font-medium text-accent-ink"> · {choice}</span>}
        </span>
      </div>
      {route.filter && <Why explained={route.filter} />}
    </li>
  );
}

/** A filter with what each part came to. */
function Why({ explained }: { explained: Explained }) {
  const { text, parts } = wordsOf(explained);
  return (
    <div className="pl-5 text-xs text-ink-2">
      <span className={explained.passed ? 'text-ok' : 'text-bad'}>{explained.passed ? '✓' : '✗'}</span>{' '}
      <span className="font-mono text-2xs">{text}</span>
      {'tag' in explained && (
        <span className="text-ink-3">
          {' '}
          · was {typeof explained.value === 'string' ? `“${explained.value}”` : 'not set'}
          {explained.why && `, ${explained.why}`}
        </span>
      )}
      {parts.map((part, at) => (
        <Why key={at} explained={part} />
      ))}
    </div>
  );
}
