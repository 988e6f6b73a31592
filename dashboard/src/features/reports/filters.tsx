import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { cx } from '@/components/cx';
import { ChoiceFilter, FilterBar } from '@/components/filter-bar';
import { campaignsQuery } from '../campaigns/queries';
import { customTagsQuery } from '../custom-tags/queries';
import { publishersQuery } from '../publishers/queries';
import { targetsQuery } from '../targets/queries';
import { ViewsMenu } from '../views/views-menu';
import { BY, HOURS_DAYS_MAX, tagOf, USUAL_TAGS } from './by';
import { type Period, PRESETS, within } from './period';
import { allZones, keepZone, usualZone, zoneText } from './zone';

export interface ReportSearch {
  range?: string;
  from?: string;
  to?: string;
  by?: string;
  zone?: string;
  campaign?: string;
  publisher?: string;
  target?: string;
  sort?: string;
}

interface FiltersProps {
  search: ReportSearch;
  period: Period;
  by: string;
  zone: string;
  onChange(next: Partial<Record<keyof ReportSearch, string | undefined>>): void;
}

const SHAPE =
  'h-8 max-w-56 rounded-md border border-edge/50 bg-raised px-2 pr-1 text-sm text-ink hover:border-edge focus-visible:border-accent';
const BY_HAND = 'by-hand';

/** Which time, by what, and among which calls. */
export function ReportFilters({ search, period, by, zone, onChange }: FiltersProps) {
  const campaigns = useQuery(campaignsQuery).data ?? [];
  const publishers = useQuery(publishersQuery).data ?? [];
  const targets = useQuery(targetsQuery).data ?? [];
  const active = [search.campaign, search.publisher, search.target].filter(Boolean).length;
  const blank = { range: undefined, from: undefined, to: undefined, by: undefined, sort: undefined };
  const unfiltered = { campaign: undefined, publisher: undefined, target: undefined };
  return (
    <div className="flex flex-wrap gap-x-2">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <ViewsMenu
          page="reports"
          search={{ ...search }}
          onPick={(next) => onChange({ ...blank, ...unfiltered, ...next })}
        />
        <PeriodPicker period={period} onChange={onChange} />
        <ByPicker by={by} days={period.days} onChange={(next) => onChange({ by: next, sort: undefined })} />
        <ZonePicker zone={zone} at={period.to} onChange={(next) => onChange({ zone: next })} />
      </div>
      <FilterBar active={active} onClear={() => onChange(unfiltered)}>
        <ChoiceFilter
          label="Any campaign"
          value={search.campaign}
          onChange={(campaign) => onChange({ campaign })}
          choices={campaigns.map((each) => [each.id, each.name])}
        />
        <ChoiceFilter
          label="Any publisher"
          value={search.publisher}
          onChange={(publisher) => onChange({ publisher })}
          choices={publishers.map((each) => [each.id, each.name])}
        />
        <ChoiceFilter
          label="Any target"
          value={search.target}
          onChange={(target) => onChange({ target })}
          choices={targets.map((each) => [each.name, each.name])}
        />
      </FilterBar>
    </div>
  );
}

function PeriodPicker({ period, onChange }: Pick<FiltersProps, 'period' | 'onChange'>) {
  const byHand = (first: string, last: string) => onChange({ range: undefined, from: first, to: last });
  return (
    <>
      <select
        aria-label="Time"
        value={period.preset ?? BY_HAND}
        onChange={({ target: { value } }) =>
          value === BY_HAND
            ? byHand(period.first, period.last)
            : onChange({ range: value, from: undefined, to: undefined })
        }
        className={cx(SHAPE, 'font-medium')}
      >
        {PRESETS.map(([id, label]) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
        <option value={BY_HAND}>Days by hand…</option>
      </select>
      {period.preset === undefined && (
        <span className="flex items-center gap-1.5 text-ink-3">
          <DayInput
            label="First day"
            value={period.first}
            onChange={(first) => byHand(first, within(first, period.last, 1))}
          />
          –
          <DayInput
            label="Last day"
            value={period.last}
            onChange={(last) => byHand(within(last, period.first, -1), last)}
          />
        </span>
      )}
    </>
  );
}

const YEAR_LEAST = '2000';

/** While one types a year, it is year 2, 20 and 202 first: those are not meant. */
function DayInput({ label, value, onChange }: { label: string; value: string; onChange(day: string): void }) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return (
    <input
      type="date"
      aria-label={label}
      value={typed}
      onChange={(event) => {
        const day = event.target.value;
        setTyped(day);
        if (day >= YEAR_LEAST) onChange(day);
      }}
      onBlur={() => setTyped(value)}
      className={SHAPE}
    />
  );
}

function ByPicker({ by, days, onChange }: { by: string; days: number; onChange(by: string): void }) {
  const known = useQuery(customTagsQuery).data ?? [];
  const labels = new Map<string, string>(USUAL_TAGS.map((tag) => [tag, tag]));
  for (const tag of known) labels.set(tag.key, tag.label);
  const chosen = tagOf(by);
  if (chosen && !labels.has(chosen)) labels.set(chosen, chosen);
  const option = ([id, label]: [string, string]) => (
    <option key={id} value={id} disabled={id === 'hour' && days > HOURS_DAYS_MAX}>
      By {label.toLowerCase()}
    </option>
  );
  return (
    <select aria-label="By" value={by} onChange={(event) => onChange(event.target.value)} className={SHAPE}>
      <optgroup label="Time">{BY.slice(0, 3).map(option)}</optgroup>
      <optgroup label="Who">{BY.slice(3).map(option)}</optgroup>
      <optgroup label="Tag">
        {[...labels].map(([key, label]) => (
          <option key={key} value={`tag.${key}`}>
            By {label}
          </option>
        ))}
      </optgroup>
    </select>
  );
}

function ZonePicker({ zone, at, onChange }: { zone: string; at: number; onChange(zone: string): void }) {
  const zones = useMemo(allZones, []);
  const near = [...new Set([zone, usualZone(), 'UTC'])];
  return (
    <select
      aria-label="Time zone"
      value={zone}
      onChange={(event) => {
        keepZone(event.target.value);
        onChange(event.target.value);
      }}
      className={SHAPE}
    >
      <optgroup label="At hand">
        {near.map((each) => (
          <option key={each} value={each}>
            {zoneText(each, at)}
          </option>
        ))}
      </optgroup>
      <optgroup label="All">
        {zones
          .filter((each) => !near.includes(each))
          .map((each) => (
            <option key={each} value={each}>
              {each.replaceAll('_', ' ')}
            </option>
          ))}
      </optgroup>
    </select>
  );
}
