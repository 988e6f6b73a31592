import type { Schema } from '@/api/types';
import { sentence } from '@/components/format';
import { chosenOf, type SeenPlan, type SeenRoute } from './trace';

const VERDICTS: Record<Schema['RouteVerdict'], string> = {
  eligible: 'Could take the call',
  not_reached: 'Not reached',
  missing: 'There is no such target',
  disabled: 'Disabled',
  duplicate: 'Has had this caller',
  filter: 'Filter did not pass',
  closed: 'Closed at that time',
  cap_hour: 'Cap of the hour used up',
  cap_day: 'Cap of the day used up',
  cap_month: 'Cap of the month used up',
  cap_total: 'Total cap used up',
  concurrency: 'Busy with as many calls as it takes',
  unavailable: 'Said it is not available',
  attempted: 'Was tried already',
};

/** "Cap of the day used up (5 of 5)"; an old decision may have a word of its own. */
export function verdictOf({ verdict, limit }: SeenRoute): string {
  const words = VERDICTS[verdict] ?? sentence(verdict);
  return limit ? `${words} (${limit.used} of ${limit.max})` : words;
}

const CHOSEN_BY: Record<Schema['ChosenBy'], string> = {
  override: 'by an override',
  same_target: 'the caller was there before',
  reservation: 'promised by a bid',
  weight: 'by weight',
  fallback: 'as the fallback',
};

/** How a target was chosen, if it was: "chosen by weight, 1 of 4, to ring together". */
export function choiceOf(plan: SeenPlan, target: string, fallback: boolean): string | undefined {
  const chosen = chosenOf(plan);
  const choice = chosen.find((each) => each.target === target && (each.by === 'fallback') === fallback);
  if (choice === undefined) return undefined;
  return [
    `chosen ${CHOSEN_BY[choice.by]}`,
    choice.by === 'weight' && choice.share && `${choice.share.weight} of ${choice.share.of}`,
    chosen.length > 1 && 'to ring together',
  ]
    .filter(Boolean)
    .join(', ');
}

export const TRIGGERS: Record<string, string> = {
  start: 'The call arrived',
  no_answer: 'Nobody answered',
  busy: 'The target was busy',
  failed: 'The target could not be reached',
  digits: 'The caller pressed a key',
  no_input: 'The caller pressed nothing',
  update: 'A tag that was read changed',
  attached: 'A request was attached by hand',
  hold_over: 'The wait was over',
  edited: 'The call was changed by hand',
  availability: 'The target’s server answered',
  http_request: 'The other system answered',
  javascript: 'The script returned',
};
