import type { SeenPlan } from './trace';

export const VERDICTS: Record<string, string> = {
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

export const CHOSEN_BY: Record<string, string> = {
  override: 'by an override',
  same_target: 'the caller was there before',
  reservation: 'promised by a bid',
  weight: 'by weight',
  fallback: 'as the fallback',
};

/** How a target was chosen, if it was: "chosen by weight, 1 of 4, to ring together". */
export function choiceOf(plan: SeenPlan, target: string, fallback: boolean): string | undefined {
  const choice = plan.chosen.find((each) => each.target === target && (each.by === 'fallback') === fallback);
  if (choice === undefined) return undefined;
  return [
    `chosen ${CHOSEN_BY[choice.by] ?? choice.by}`,
    choice.by === 'weight' && choice.share,
    plan.chosen.length > 1 && `to ring together`,
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
};
