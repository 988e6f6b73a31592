import type uPlot from 'uplot';
import type { CallReport } from '@/api/types';
import { type TimeUnit, tickLabel } from './by';
import { dollarsShort } from './money';

const AXIS_WIDTH = 58;
const LABEL_WIDTH = 68;
const POINTS_MAX = 31;
export const SYNC = 'report';

export interface Colors {
  accent: string;
  payout: string;
  bad: string;
  ink: string;
  line: string;
  rest: string;
}

/** A canvas does not know the page's variables. */
export function readColors(element: Element): Colors {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    accent: color('--accent'),
    payout: color('--info'),
    bad: color('--bad'),
    ink: color('--ink-3'),
    line: color('--line'),
    rest: color('--edge'),
  };
}

const faded = (color: string, percent: number) => `color-mix(in srgb, ${color} ${percent}%, transparent)`;

/** Columns are places in the report, not moments: its rows are whole hours or days of the zone's clocks. */
export function moneyData(report: CallReport, before: CallReport | undefined): uPlot.AlignedData {
  const { rows } = report;
  return [
    rows.map((_, at) => at),
    rows.map((row) => row.revenue_paid_out),
    rows.map((row) => row.publisher_paid_out),
    rows.map((_, at) => before?.rows[at]?.revenue_paid_out ?? null),
  ];
}

export function callsData(report: CallReport): uPlot.AlignedData {
  const { rows } = report;
  return [rows.map((_, at) => at), rows.map((row) => row.calls), rows.map((row) => row.converted)];
}

function base(report: CallReport, unit: TimeUnit, colors: Colors, withLabels: boolean) {
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: colors.ink, font, ticks: { show: false } };
  const last = report.rows.length - 1;
  return {
    legend: { show: false },
    padding: [8, 8, withLabels ? 0 : 8, 0] as uPlot.Padding,
    cursor: {
      sync: { key: SYNC },
      y: false,
      points: { show: false },
      move: (plot, left, top) => (left < 0 ? [left, top] : [plot.valToPos(plot.posToIdx(left), 'x'), top]),
      drag: { x: true, y: false, setScale: false },
    } as uPlot.Cursor,
    x: { time: false, range: [-0.5, last + 0.5] as uPlot.Range.MinMax },
    xAxis: {
      ...axis,
      size: withLabels ? 24 : 0,
      show: withLabels,
      grid: { show: false },
      splits: (plot: uPlot) => places(last + 1, plot.width - AXIS_WIDTH),
      values: (_: uPlot, splits: number[]) =>
        splits.map((at) => tickLabel(unit, report.rows[at]?.item ?? '')),
    } as uPlot.Axis,
    yAxis: { ...axis, size: AXIS_WIDTH, grid: { stroke: colors.line, width: 1 } } as uPlot.Axis,
  };
}

/** Which columns get a label, so that labels do not run into each other. */
export function places(columns: number, width: number): number[] {
  const step = Math.max(1, Math.ceil((columns * LABEL_WIDTH) / Math.max(width, LABEL_WIDTH)));
  return Array.from({ length: Math.ceil(columns / step) }, (_, at) => at * step);
}

/** Revenue over payout: what lies between is the margin, or the loss where payout is above. */
export function moneyOptions(
  report: CallReport,
  unit: TimeUnit,
  colors: Colors,
  size: uPlot.Options['width'],
): uPlot.Options {
  const { x, xAxis, yAxis, ...rest } = base(report, unit, colors, false);
  const points = { show: report.rows.length <= POINTS_MAX, size: 5 };
  return {
    ...rest,
    width: size,
    height: 236,
    scales: { x, money: { range: { min: { soft: 0, mode: 1 }, max: { soft: 1, mode: 1, pad: 0.1 } } } },
    axes: [
      xAxis,
      { ...yAxis, scale: 'money', values: (_, splits) => splits.map((each) => dollarsShort(each)) },
    ],
    series: [
      {},
      {
        label: 'Revenue',
        scale: 'money',
        stroke: colors.accent,
        width: 2,
        points: { ...points, fill: colors.accent, stroke: colors.accent },
      },
      {
        label: 'Payout',
        scale: 'money',
        stroke: colors.payout,
        width: 1.5,
        points: { ...points, size: 4, fill: colors.payout, stroke: colors.payout },
      },
      {
        label: 'Revenue before',
        scale: 'money',
        stroke: colors.rest,
        width: 1.25,
        dash: [4, 4],
        points: { show: false },
      },
    ],
    bands: [
      { series: [2, 1], fill: faded(colors.accent, 16), dir: 1 },
      { series: [1, 2], fill: faded(colors.bad, 26), dir: 1 },
    ],
  };
}

export function callsOptions(
  report: CallReport,
  unit: TimeUnit,
  colors: Colors,
  width: number,
  bars: uPlot.Series.PathBuilder,
): uPlot.Options {
  const { x, xAxis, yAxis, ...rest } = base(report, unit, colors, true);
  const bar = { paths: bars, points: { show: false }, width: 0, scale: 'calls' };
  return {
    ...rest,
    width,
    height: 118,
    scales: { x, calls: { range: (_, __, most) => [0, Math.max(most, 4) * 1.05] } },
    axes: [
      xAxis,
      {
        ...yAxis,
        scale: 'calls',
        space: 32,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5],
      },
    ],
    series: [
      {},
      { ...bar, label: 'Calls', fill: faded(colors.ink, 45) },
      { ...bar, label: 'Converted', fill: colors.accent },
    ],
  };
}
