import type { CallReport } from '@/api/types';
import { averageSeconds } from './figures';

const COLUMNS = [
  'calls',
  'connected',
  'converted',
  'connected_seconds',
  'average_seconds',
  'revenue_usd',
  'payout_usd',
  'margin_usd',
];

/** The table as a file: numbers as they are, and one line for each row. */
export function reportCsv(report: CallReport): string {
  const named = report.by === 'campaign' || report.by === 'publisher';
  const head = [...(named ? [report.by, 'id'] : [report.by]), ...COLUMNS];
  const lines = report.rows.map((row) => [
    ...(named ? [text(row.name), text(row.item)] : [text(row.item)]),
    row.calls,
    row.connected,
    row.converted,
    row.connected_seconds,
    averageSeconds(row),
    row.revenue_paid_out,
    row.publisher_paid_out,
    row.margin,
  ]);
  return [head.map(text), ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

/** A tag's value comes from outside: what a spreadsheet would take for a formula gets a quote before it. */
function text(value: string | null | undefined): string {
  const safe = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a file to the browser. */
export function download(name: string, csv: string): void {
  const url = URL.createObjectURL(new Blob([csv], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
