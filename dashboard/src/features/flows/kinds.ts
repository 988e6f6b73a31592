import {
  Ban,
  Bug,
  Clock,
  CodeXml,
  GitFork,
  Globe,
  Hourglass,
  Keyboard,
  type LucideIcon,
  PhoneForwarded,
  PhoneIncoming,
  Route,
  Shuffle,
  Split,
  Tag,
  Variable,
} from 'lucide-react';
import type { Condition, Hours } from '@/api/types';
import { duration } from '@/components/format';
import { conditionText } from '../condition/condition';
import { weekInShort } from '../targets/hours';
import { dialTargets, list, type Node, text } from './graph';

export interface Kind {
  type: string;
  label: string;
  /** What it does, in a sentence. */
  about: string;
  icon: LucideIcon;
  group: 'Decide' | 'Know' | 'Talk' | 'End';
  fresh: Node;
}

/** In the order of the palette. Every type that the server knows. */
export const KINDS: Kind[] = [
  {
    type: 'start',
    label: 'Start',
    about: 'Where every call comes in. A flow has one.',
    icon: PhoneIncoming,
    group: 'Talk',
    fresh: { type: 'start' },
  },
  {
    type: 'menu',
    label: 'Menu',
    about: 'Plays a prompt and goes on by the keys that the caller presses.',
    icon: Keyboard,
    group: 'Talk',
    fresh: { type: 'menu', prompt: 'Press 1 to talk to somebody.', digits: { '1': null } },
  },
  {
    type: 'hold',
    label: 'Hold',
    about: 'Lets the caller wait, while webhooks may bring more.',
    icon: Hourglass,
    group: 'Talk',
    fresh: { type: 'hold', seconds: 10 },
  },
  {
    type: 'condition',
    label: 'Condition',
    about: 'Two ways, by tags and variables of the call.',
    icon: GitFork,
    group: 'Decide',
    fresh: { type: 'condition', condition: { tag: 'lead_source', op: 'exists' } },
  },
  {
    type: 'switch',
    label: 'Switch',
    about: 'Many ways, by one value: the first case that fits.',
    icon: Split,
    group: 'Decide',
    fresh: { type: 'switch', value: '[state]', cases: [{ op: 'equals', value: 'CA' }] },
  },
  {
    type: 'time',
    label: 'Opening hours',
    about: 'Open or closed, by a week in a time zone, with holidays.',
    icon: Clock,
    group: 'Decide',
    fresh: { type: 'time' },
  },
  {
    type: 'distribute',
    label: 'Distribute',
    about: 'Shares calls out by weight or by turns, such as for a test of two ways.',
    icon: Shuffle,
    group: 'Decide',
    fresh: { type: 'distribute', mode: 'weighted', branches: [{ weight: 1 }, { weight: 1 }] },
  },
  {
    type: 'set_variable',
    label: 'Set variable',
    about: 'Keeps a value for later in this flow.',
    icon: Variable,
    group: 'Know',
    fresh: { type: 'set_variable', name: 'note', value: '' },
  },
  {
    type: 'set_tag',
    label: 'Set tag',
    about: 'Writes a tag onto the call, for reports and filters.',
    icon: Tag,
    group: 'Know',
    fresh: { type: 'set_tag', name: 'lead_quality', value: 'high' },
  },
  {
    type: 'http_request',
    label: 'HTTP request',
    about: 'Asks another system and takes values from its answer.',
    icon: Globe,
    group: 'Know',
    fresh: { type: 'http_request', method: 'GET', url: 'https://crm.example/lead?phone=[caller_id]' },
  },
  {
    type: 'javascript',
    label: 'JavaScript',
    about: 'Works values out by a short script, within hard limits.',
    icon: CodeXml,
    group: 'Know',
    fresh: { type: 'javascript', source: 'return { score: 1 };' },
  },
  {
    type: 'debug',
    label: 'Debug',
    about: 'Writes a message into the trace, and nowhere else.',
    icon: Bug,
    group: 'Know',
    fresh: { type: 'debug', message: 'state is [state]' },
  },
  {
    type: 'dial',
    label: 'Dial',
    about: 'Rings one target, with a way on if it does not answer.',
    icon: PhoneForwarded,
    group: 'End',
    fresh: { type: 'dial' },
  },
  {
    type: 'routing_plan',
    label: 'Routing plan',
    about: 'Hands the call to a plan: priorities, weights, filters and caps.',
    icon: Route,
    group: 'End',
    fresh: { type: 'routing_plan' },
  },
  {
    type: 'reject',
    label: 'Reject',
    about: 'Refuses or ends the call, with a reason for its record.',
    icon: Ban,
    group: 'End',
    fresh: { type: 'reject', reason: 'not wanted' },
  },
];

const BY_TYPE = new Map(KINDS.map((kind) => [kind.type, kind]));
const UNKNOWN: Kind = {
  type: '',
  label: 'Unknown',
  about: '',
  icon: Bug,
  group: 'Know',
  fresh: { type: '' },
};

export const kindOf = (type: string): Kind => BY_TYPE.get(type) ?? UNKNOWN;

/** A new node. What only the organization knows, such as its targets, is left to choose. */
export function freshNode(type: string): Node {
  const fresh = structuredClone(kindOf(type).fresh);
  if (type !== 'time') return fresh;
  const day = [{ from: '09:00', to: '17:00' }];
  const week = { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day };
  return { ...fresh, hours: { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, week } };
}

interface Names {
  target(id: string): string;
  plan(id: string): string;
}

/** What a node does, in a line. */
export function summary(node: Node, names: Names): string {
  switch (node.type) {
    case 'condition':
      return node.condition ? conditionText(node.condition as Condition) : 'no condition yet';
    case 'switch':
      return `by ${text(node.value)}`;
    case 'set_variable':
    case 'set_tag':
      return `${text(node.name)} = ${text(node.value)}`;
    case 'http_request':
      return `${text(node.method) || 'GET'} ${text(node.url).replace(/^https?:\/\//, '')}`;
    case 'javascript':
      return text(node.source).split('\n')[0] ?? '';
    case 'time':
      return node.hours ? weekInShort(node.hours as Hours) : 'no hours yet';
    case 'menu':
      return `“${text(node.prompt)}”`;
    case 'distribute':
      return node.mode === 'round_robin'
        ? `${list(node.branches).length} ways by turns`
        : `${list(node.branches).length} ways by weight`;
    case 'dial':
      return dialTargets(node).map(names.target).join(', ') || 'choose a target';
    case 'routing_plan':
      return node.plan ? names.plan(text(node.plan)) : 'choose a plan';
    case 'hold':
      return typeof node.seconds === 'number' ? duration(node.seconds) : '';
    case 'reject':
      return text(node.reason);
    case 'debug':
      return text(node.message);
    default:
      return 'a call comes in';
  }
}

/** What people call a node. */
export const nodeName = (node: Node): string => node.label || kindOf(node.type).label;
