/**
 * The server keeps each decision as it was written and the API description says only "object", so this reads
 * what it shows and leaves the rest. An old decision may lack what a new one has.
 */
export interface Explained {
  passed: boolean;
  /** One comparison as a sentence, or a group's word. */
  text: string;
  seen: string | undefined;
  why: string | undefined;
  parts: Explained[];
}

export interface SeenRoute {
  target: string;
  name: string;
  priority: number | undefined;
  weight: number | undefined;
  verdict: string;
  filter: Explained | undefined;
  limit: string | undefined;
}

export interface SeenPlan {
  id: string | undefined;
  name: string;
  overrides: {
    order: number;
    verdict: string;
    filter: Explained | undefined;
    target: SeenRoute | undefined;
  }[];
  ledTo: string | undefined;
  duplicate: string | undefined;
  routes: SeenRoute[];
  fallback: SeenRoute | undefined;
  /** The target that got the call; more than one if they ring together. */
  chosen: { target: string; by: string; share: string | undefined }[];
}

export interface SeenNode {
  node: string;
  type: string;
  branch: string | undefined;
  message: string | undefined;
  replayed: boolean;
  explained: Explained | undefined;
  set: string[];
}

export interface Decision {
  number: number;
  at: string;
  trigger: string;
  tags: { name: string; value: string | undefined; source: string | undefined }[];
  nodes: SeenNode[];
  plans: SeenPlan[];
  result: { action: string; text: string };
}

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
/** Empty for the plan that a flow's dial node makes of one target. */
const NO_PLAN = '00000000-0000-0000-0000-000000000000';

export function readDecision(raw: unknown): Decision {
  const from = object(raw);
  return {
    number: number(from.decision) ?? 0,
    at: text(from.at) ?? '',
    trigger: text(from.trigger) ?? 'start',
    tags: list(from.tags).map((tag) => ({
      name: text(tag.name) ?? '',
      value: text(tag.value),
      source: text(tag.source),
    })),
    nodes: list(from.nodes).map(readNode),
    plans: list(from.plans).map(readPlan),
    result: readResult(object(object(from.result).told)),
  };
}

function readNode(from: Json): SeenNode {
  return {
    node: text(from.node) ?? '',
    type: text(from.type) ?? '',
    branch: text(from.branch),
    message: text(from.message),
    replayed: from.replayed === true,
    explained: readExplained(from.explained),
    set: list(from.set).map((effect) => {
      const [kind, inner] = Object.entries(effect)[0] ?? [];
      const fields = 'name' in effect ? effect : object(inner);
      return [text(fields.name) ?? kind, text(fields.value)].filter(Boolean).join(' = ');
    }),
  };
}

function readPlan(from: Json): SeenPlan {
  const plan = object(from.plan);
  const chosen = from.chosen === undefined ? [] : [object(from.chosen), ...list(from.together_with)];
  const duplicate = from.duplicate === undefined ? undefined : object(from.duplicate);
  return {
    id: plan.id === NO_PLAN ? undefined : text(plan.id),
    name: text(plan.name) ?? '',
    overrides: list(from.overrides).map((each) => ({
      order: number(each.order) ?? 0,
      verdict: text(each.verdict) ?? '',
      filter: readExplained(each.filter),
      target: each.target === undefined ? undefined : readRoute(object(each.target)),
    })),
    ledTo: text(object(from.led_to).name),
    duplicate:
      duplicate && `The caller had called before: ${(text(duplicate.then) ?? '').replaceAll('_', ' ')}.`,
    routes: list(from.routes).map(readRoute),
    fallback: from.fallback === undefined ? undefined : readRoute(object(from.fallback)),
    chosen: chosen.map((each) => {
      const share = object(each.share);
      return {
        target: text(each.target) ?? '',
        by: text(each.by) ?? '',
        share: number(share.of) === undefined ? undefined : `${share.weight} of ${share.of}`,
      };
    }),
  };
}

function readRoute(from: Json): SeenRoute {
  const limit = object(from.limit);
  return {
    target: text(from.target) ?? '',
    name: text(from.name) ?? 'a target that is no more',
    priority: number(from.priority),
    weight: number(from.weight),
    verdict: text(from.verdict) ?? '',
    filter: readExplained(from.filter),
    limit: number(limit.max) === undefined ? undefined : `${limit.used} of ${limit.max}`,
  };
}

export function readExplained(raw: unknown): Explained | undefined {
  if (raw === undefined || raw === null) return undefined;
  const from = object(raw);
  const passed = from.passed === true;
  for (const group of ['all', 'any'] as const) {
    if (Array.isArray(from[group])) {
      const parts = from[group].flatMap((part) => readExplained(part) ?? []);
      return { passed, text: group === 'all' ? 'All of' : 'Any of', seen: undefined, why: undefined, parts };
    }
  }
  if (from.not !== undefined) {
    const inner = readExplained(from.not);
    return { passed, text: 'Not', seen: undefined, why: undefined, parts: inner ? [inner] : [] };
  }
  const words = [text(from.tag), text(from.op)?.replaceAll('_', ' '), text(from.expected)];
  return {
    passed,
    text: words.filter((word) => word !== undefined).join(' '),
    seen: text(from.value),
    why: text(from.why),
    parts: [],
  };
}

function readResult(told: Json): Decision['result'] {
  const action = text(told.action) ?? 'wait';
  switch (action) {
    case 'dial': {
      const names = list(told.targets).map((each) => text(each.name) ?? '');
      return { action, text: `Dial ${together(names)}` };
    }
    case 'menu':
      return { action, text: `Play “${text(told.prompt) ?? ''}” and wait for ${digits(told.digits)}` };
    case 'hold':
      return { action, text: `Let the caller wait ${number(told.seconds) ?? '?'} s` };
    case 'reject':
      return { action, text: `Reject: ${text(told.reason) ?? text(told.code) ?? ''}` };
    case 'connected':
      return { action, text: 'Connected' };
    case 'over':
      return { action, text: 'Over' };
    default:
      return { action, text: 'Wait for another system’s answer' };
  }
}

/** "A", "A and B together". */
export function together(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} together`;
}

function digits(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : 'a digit';
}
