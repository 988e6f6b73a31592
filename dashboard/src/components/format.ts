const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** 3 → "3s", 75 → "1m 15s", 3700 → "1h 1m". */
export function duration(seconds: number): string {
  if (seconds < MINUTE) return `${seconds}s`;
  if (seconds < HOUR) return parts(Math.floor(seconds / MINUTE), 'm', seconds % MINUTE, 's');
  return parts(Math.floor(seconds / HOUR), 'h', Math.floor((seconds % HOUR) / MINUTE), 'm');
}

/** Seconds as one would say them: 1296000 → "15 days". */
export function span(seconds: number): string {
  for (const [size, name] of [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
  ] as const) {
    if (seconds % size === 0 && seconds >= size) return plural(seconds / size, name);
  }
  return plural(seconds, 'second');
}

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function parts(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit} ${small}${smallUnit}`;
}

const MONEY = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 6,
});

/** Dollars with as many decimals as there are, at least two. */
export function money(amount: number): string {
  return MONEY.format(amount);
}

/** "+13105559876" → "+1 310 555 9876". */
export function phone(number: string): string {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  return number;
}

/** How long ago, in one short word: "now", "12s", "5m", "3h", "4d". */
export function ago(at: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - at.getTime()) / 1000);
  if (seconds < 0) return `in ${ago(now, at)}`;
  if (seconds < 2) return 'now';
  if (seconds < MINUTE) return `${seconds}s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h`;
  return `${Math.floor(seconds / DAY)}d`;
}

const FULL = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'long' });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY_AND_TIME = new Intl.DateTimeFormat('en-US', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

export const fullTime = (at: Date) => FULL.format(at);
export const clock = (at: Date) => CLOCK.format(at);
export const dayAndTime = (at: Date) => DAY_AND_TIME.format(at);

/** "no_answer" → "No answer". */
export function sentence(code: string): string {
  const words = code.replaceAll('_', ' ').replace(/\b(api|rtb|url|zip)\b/g, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}
