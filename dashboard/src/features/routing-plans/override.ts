import type { Condition, Schema } from '@/api/types';

export type Override = Schema['Override'];
type Kind = 'target' | 'plan' | 'reject';

/** An override as a form has it: nothing is an empty text. */
export interface OverrideForm {
  publisher: string;
  caller: string;
  filter: Condition | null;
  kind: Kind;
  target: string;
  plan: string;
  reason: string;
}

export function toForm(override: Override | undefined): OverrideForm {
  const then = override?.then;
  return {
    publisher: override?.publisher ?? '',
    caller: override?.caller ?? '',
    filter: override?.filter ?? null,
    kind: then?.plan ? 'plan' : typeof then?.reject === 'string' ? 'reject' : 'target',
    target: then?.target ?? '',
    plan: then?.plan ?? '',
    reason: then?.reject ?? '',
  };
}

/** Its place in the list is its order. */
export function fromForm(form: OverrideForm): Override {
  const { publisher, caller, filter, kind, target, plan, reason } = form;
  return {
    order: 0,
    ...(publisher ? { publisher } : {}),
    ...(caller.trim() ? { caller: caller.trim() } : {}),
    ...(filter ? { filter } : {}),
    // biome-ignore lint/suspicious/noThenProperty: the API's name for it
    then: kind === 'target' ? { target } : kind === 'plan' ? { plan } : { reject: reason.trim() },
  };
}

/** What is still to be chosen, in a sentence; the rest is for the server to judge. */
export function missing({ kind, target, plan, reason }: OverrideForm): string | undefined {
  if (kind === 'target' && !target) return 'Choose the target that gets the call.';
  if (kind === 'plan' && !plan) return 'Choose the plan that routes the call.';
  return kind === 'reject' && !reason.trim() ? 'Say why the call is rejected.' : undefined;
}

export const inOrder = (overrides: Override[]): Override[] =>
  [...overrides].sort((a, b) => a.order - b.order);
export const numbered = (overrides: Override[]): Override[] =>
  overrides.map((each, at) => ({ ...each, order: at + 1 }));

/** With one of them a place up or down. */
export function stepped(overrides: Override[], at: number, by: 1 | -1): Override[] {
  const moved = overrides[at];
  const to = at + by;
  if (moved === undefined || to < 0 || to >= overrides.length) return overrides;
  const rest = overrides.filter((_, place) => place !== at);
  return numbered([...rest.slice(0, to), moved, ...rest.slice(to)]);
}
