import type { Webhook, WebhookSettings, WebhookType } from '@/api/types';

/** A webhook's settings as a form has them: everything is there, numbers are text while one types. */
export interface SettingsForm {
  name: string;
  lookback_count: string;
  lookback_unit: string;
  rate_count: string;
  rate_per: string;
  idempotency: string;
  match: string;
  consume: boolean;
  limited: boolean;
  campaigns: string[];
  phone_match: string;
  on_unmatched: string;
  origins: string;
}

const UNITS: [string, number][] = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
  ['seconds', 1],
];
const SECONDS: Record<string, number> = Object.fromEntries(UNITS);

export const SETTINGS_DEFAULT: Record<'call_data' | 'update', WebhookSettings> = {
  call_data: { lookback_seconds: 1_296_000, rate_limit: { count: 100, per: 'minute' } },
  update: { lookback_seconds: 604_800, rate_limit: { count: 100, per: 'minute' } },
};

export function toForm(name: string, settings: WebhookSettings): SettingsForm {
  const seconds = settings.lookback_seconds ?? 0;
  const [unit, size] = UNITS.find(([, each]) => seconds % each === 0 && seconds >= each) ?? ['seconds', 1];
  return {
    name,
    lookback_count: String(seconds / size),
    lookback_unit: unit,
    rate_count: String(settings.rate_limit?.count ?? 100),
    rate_per: settings.rate_limit?.per ?? 'minute',
    idempotency: settings.idempotency ?? 'replay',
    match: settings.match ?? 'newest',
    consume: settings.consume ?? false,
    limited: (settings.campaigns ?? null) !== null,
    campaigns: settings.campaigns ?? [],
    phone_match: settings.phone_match ?? 'all',
    on_unmatched: settings.on_unmatched ?? '404',
    origins: (settings.allowed_origins ?? []).join('\n'),
  };
}

/** What is sent: of each type only the settings that it has. */
export function fromForm(type: WebhookType, form: SettingsForm): WebhookSettings {
  const origins = form.origins.split(/[\s,]+/).filter((each) => each !== '');
  const common: WebhookSettings = {
    lookback_seconds: Math.round(Number(form.lookback_count) * (SECONDS[form.lookback_unit] ?? 1)),
    rate_limit: { count: Number(form.rate_count), per: form.rate_per },
    idempotency: form.idempotency,
    allowed_origins: origins.length === 0 ? null : origins,
  };
  if (type === 'call_data')
    return {
      ...common,
      match: form.match,
      consume: form.consume,
      campaigns: form.limited ? form.campaigns : null,
    };
  return { ...common, phone_match: form.phone_match, on_unmatched: form.on_unmatched };
}

export function formOf(webhook: Webhook): SettingsForm {
  return toForm(webhook.name, webhook.settings);
}
