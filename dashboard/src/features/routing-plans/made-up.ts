import type { PlanTest } from '@/api/types';
import { type Decision, readDecision, together } from '../decision/trace';
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
  /** Where it is dialed, if one target is. */
  destination: string | undefined;
  /** In a sentence, if nobody takes it or it is not known who. */
  text: string;
  decision: Decision | undefined;
}

/** The answer says only "object": this reads what is shown, and leaves the rest. */
export function readOutcome(raw: unknown): Outcome {
  const { decision, routing } = raw as { decision?: unknown; routing?: Record<string, unknown> };
  const read = decision ? readDecision(decision) : undefined;
  const targets = Array.isArray(routing?.targets) ? (routing.targets as Record<string, unknown>[]) : [];
  const [first, ...more] = targets;
  const word = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    taker: first && together(targets.map((each) => word(each.name) ?? '')),
    destination: more.length === 0 ? word(first?.destination) : undefined,
    text: read?.result.text ?? '',
    decision: read,
  };
}
