import type { BidState, BidSummary } from '@/api/types';

export interface Won {
  asked: number;
  /** They got a number to call. */
  offered: number;
  used: number;
  reserved: number;
  expired: number;
  rejected: number;
  /** In percent of those whose time is over; undefined as long as there are none. */
  winRate: number | undefined;
  offerRate: number | undefined;
  /** What the used ones were offered. */
  payout: number;
  reasons: { code: string; bids: number; share: number }[];
}

/** A bid is won if the call came: one that is still reserved is neither won nor lost. */
export function readSummary({ outcomes }: BidSummary): Won {
  const of = (state: BidState) =>
    outcomes.filter((each) => each.state === state).reduce((sum, each) => sum + each.bids, 0);
  const [used, reserved, expired, rejected] = [of('used'), of('reserved'), of('expired'), of('rejected')];
  const offered = used + reserved + expired;
  const asked = offered + rejected;
  const part = (count: number, whole: number) => (whole === 0 ? undefined : (count / whole) * 100);
  return {
    asked,
    offered,
    used,
    reserved,
    expired,
    rejected,
    winRate: part(used, used + expired),
    offerRate: part(offered, asked),
    payout: outcomes.filter((each) => each.state === 'used').reduce((sum, each) => sum + each.payout, 0),
    reasons: outcomes
      .filter((each) => each.state === 'rejected')
      .map(({ reason, bids }) => ({ code: reason ?? 'unknown', bids, share: (bids / rejected) * 100 }))
      .sort((a, b) => b.bids - a.bids),
  };
}

/** Codes as one would say them. */
export const REASONS: Record<string, string> = {
  endpoint_disabled: 'The endpoint was disabled',
  missing_caller_id: 'No caller was sent',
  invalid_caller_id: 'The caller is no phone number',
  rate_limited: 'Too many requests',
  no_number: 'No number was free to call',
  payout_too_low: 'No route pays the least payout',
  timed_out: 'No target said in time that it takes the call',
  filtered: 'No target’s filter passed',
  all_closed: 'Every target was closed',
  all_capped: 'Every target’s cap was used up',
  all_busy: 'Every target was busy',
  all_unavailable: 'No target was available',
  all_tried: 'Every target was tried',
  duplicate: 'The caller had called before',
  override_reject: 'An override rejects the caller',
  no_route: 'The plan has no route',
  plan_missing: 'The campaign has no plan',
};
