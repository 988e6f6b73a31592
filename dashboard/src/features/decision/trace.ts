import type { Decision, Explained, Schema } from '@/api/types';

export type SeenNode = Schema['SeenNode'];
export type SeenPlan = Schema['SeenPlan'];
export type SeenRoute = Schema['SeenRoute'];

/** What the server has: a decision that it can't read is null, and an old one may lack a list that a new one has. */
export function readDecisions(kept: (Decision | null)[]): Decision[] {
  return kept
    .filter((each) => each !== null)
    .map((each) => ({
      ...each,
      tags: each.tags ?? [],
      nodes: each.nodes ?? [],
      plans: (each.plans ?? []).map((plan) => ({
        ...plan,
        overrides: plan.overrides ?? [],
        routes: plan.routes ?? [],
      })),
    }));
}

const NO_PLAN = '00000000-0000-0000-0000-000000000000';

/** Not so of what a flow's dial node makes of its own targets. */
export const isPlan = ({ plan }: SeenPlan): boolean => plan.id !== NO_PLAN;

export const nameOf = (route: SeenRoute): string => route.name ?? 'a target that is no more';

/** The target that got the call; more than one if they ring together. */
export function chosenOf(plan: SeenPlan): Schema['ChosenTarget'][] {
  return plan.chosen ? [plan.chosen, ...(plan.together_with ?? [])] : [];
}

/** One comparison as a sentence, or a group's word with what is in it. */
export function wordsOf(explained: Explained): { text: string; parts: Explained[] } {
  if ('all' in explained) return { text: 'All of', parts: explained.all };
  if ('any' in explained) return { text: 'Any of', parts: explained.any };
  if ('not' in explained) return { text: 'Not', parts: [explained.not] };
  const { tag, op, expected } = explained;
  return { text: [tag, op.replaceAll('_', ' '), expected ?? ''].join(' ').trimEnd(), parts: [] };
}

/** Where a decision left the call. */
export function resultOf({ result }: Decision): { action: string; text: string } {
  if (result === 'connected') return { action: result, text: 'Connected' };
  if (result === 'over') return { action: result, text: 'Over' };
  if ('asking' in result) return { action: 'wait', text: 'Wait for another system’s answer' };
  return { action: result.told.action, text: toldText(result.told) };
}

function toldText(told: Schema['ToldInstruction']): string {
  switch (told.action) {
    case 'dial':
      return `Dial ${together(told.targets.map((each) => each.name))}`;
    case 'redirect':
      return `Lead the caller to ${told.name} at ${told.url}`;
    case 'menu':
      return `Play “${told.prompt}” and wait for ${told.digits.join(', ')}`;
    case 'hold':
      return `Let the caller wait ${told.seconds} s`;
    case 'reject':
      return `Reject: ${told.reason}`;
  }
}

/** "A", "A and B together". */
export function together(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} together`;
}
