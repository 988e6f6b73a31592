import {
  Activity,
  Braces,
  Building2,
  ChartColumn,
  CircleHelp,
  FileClock,
  GitBranch,
  Hash,
  KeyRound,
  type LucideIcon,
  Megaphone,
  MonitorSmartphone,
  PhoneCall,
  Route,
  Send,
  Share2,
  Tags,
  Target,
  Users,
  Webhook,
} from 'lucide-react';
import type { Role } from '@/api/types';

interface NavItem {
  to: string;
  label: string;
  icon: LucideIcon;
  /** After `g`: the key that goes there. */
  key?: string;
  /** What else one may call it, for the palette. */
  words?: string;
  /** Who may see it, if not everybody. */
  least?: Role;
}

export interface NavGroup {
  label: string | undefined;
  items: NavItem[];
}

export const NAV: NavGroup[] = [
  {
    label: undefined,
    items: [
      { to: '/live', label: 'Live', icon: Activity, key: 'l', words: 'stream now sessions' },
      { to: '/calls', label: 'Call logs', icon: PhoneCall, key: 'c', words: 'records history' },
      { to: '/reports', label: 'Reports', icon: ChartColumn, key: 'r', words: 'charts revenue margin' },
    ],
  },
  {
    label: 'Webhooks',
    items: [
      {
        to: '/webhooks/incoming',
        label: 'Incoming',
        icon: Webhook,
        key: 'w',
        words: 'inbound key call_data',
      },
      { to: '/webhooks/outgoing', label: 'Outgoing', icon: Send, key: 'o', words: 'outbound postback' },
      { to: '/unmatched', label: 'Unmatched', icon: CircleHelp, key: 'u', words: 'inbox held' },
    ],
  },
  {
    label: 'Routing',
    items: [
      { to: '/campaigns', label: 'Campaigns', icon: Megaphone, key: 'm' },
      { to: '/numbers', label: 'Numbers', icon: Hash, key: 'n', words: 'did tracking' },
      { to: '/publishers', label: 'Publishers', icon: Share2, key: 'p', words: 'affiliates' },
      { to: '/targets', label: 'Targets', icon: Target, key: 't', words: 'buyers destinations' },
      { to: '/routing-plans', label: 'Routing plans', icon: Route, key: 'a', words: 'weights priority' },
      { to: '/flows', label: 'Call flows', icon: GitBranch, key: 'f', words: 'ivr graph' },
      { to: '/rtb', label: 'RTB endpoints', icon: Braces, key: 'b', words: 'bids ping post' },
      { to: '/custom-tags', label: 'Custom tags', icon: Tags, key: 'g', words: 'parameters' },
    ],
  },
  {
    label: 'Settings',
    items: [
      { to: '/settings/organization', label: 'Organization', icon: Building2 },
      { to: '/settings/users', label: 'Users', icon: Users, words: 'members roles', least: 'owner' },
      { to: '/settings/api-keys', label: 'API keys', icon: KeyRound, least: 'owner' },
      { to: '/settings/sign-ins', label: 'Sign-ins', icon: MonitorSmartphone, words: 'sessions devices' },
      {
        to: '/settings/audit-log',
        label: 'Audit log',
        icon: FileClock,
        words: 'changes history',
        least: 'owner',
      },
    ],
  },
];

/** Pages to which a button leads that not everybody has. */
const WITHIN: [path: string, least: Role][] = [
  ['/webhooks/incoming/new', 'manager'],
  ['/webhooks/outgoing/new', 'manager'],
];

/** The least role of whoever may open a page; undefined if everybody may. */
export function leastOf(path: string): Role | undefined {
  const within = WITHIN.find(([each]) => each === path)?.[1];
  return within ?? NAV.flatMap((group) => group.items).find((item) => item.to === path)?.least;
}
