import type { Decision, PlanTest, Schema } from '@/api/types';
import { resultOf, together } from '../decision/trace';
import { fromLines } from '../groups/defaults';

/** A call that is made up, as it is typed. */
export interface MadeUp {
  caller: string;
  publisher: string;
  campaign: string;
  /** `2026-11-25T10:30` by this browser's clock; now, if it is empty. */
  at: string;
  tags: string;
  /** By the plan that routes calls, not by the one on the page. */
  published: boolean;
}

export function madeUpCall(call: MadeUp, chance: number): PlanTest {
  return {
    caller: call.caller.trim(),
    tags: fromLines(call.tags),
    chance,
    draft: false,
    ...(call.publisher ? { publisher_id: call.publisher } : {}),
    ...(call.campaign ? { campaign_id: call.campaign } : {}),
    ...(call.at ? { at: new Date(call.at).toISOString() } : {}),
  };
}

export interface Outcome {
  /** Who gets the call, or rings for it together; undefined if nobody does. */
  taker: string | undefined;
  /** Where it is dialed, if one target is, or the URL to which the caller is led. */
  destination: string | undefined;
  /** In a sentence, if nobody takes it or it is not known who. */
  text: string;
  decision: Decision | undefined;
}

export function outcomeOf({ decision, routing }: Schema['TestedPlan']): Outcome {
  return {
    ...takerOf(routing),
    text: decision ? resultOf(decision).text : '',
    decision: decision ?? undefined,
  };
}

function takerOf(routing: Schema['Instruction']): Pick<Outcome, 'taker' | 'destination'> {
  if (routing.action === 'redirect') return { taker: routing.target.name, destination: routing.url };
  if (routing.action !== 'dial') return { taker: undefined, destination: undefined };
  const [first, ...more] = routing.targets;
  return {
    taker: together(routing.targets.map((each) => each.name)),
    destination: more.length === 0 ? first?.destination : undefined,
  };
}
