import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CallReport } from '@/api/types';
import { cx } from '@/components/cx';
import { type TimeUnit, timeLabel } from './by';
import { callsData, callsOptions, moneyData, moneyOptions, readColors } from './chart-options';
import { dollars } from './money';

interface ChartProps {
  report: CallReport;
  before: CallReport | undefined;
  unit: TimeUnit;
  beforeText: string;
  /** Somebody drew over these rows. */
  onSelect?: (first: string, last: string) => void;
}

interface Pointed {
  at: number;
  left: number;
}

const DARK = '(prefers-color-scheme: dark)';
const TIP_WIDTH = 190;

/** Money above, calls below, along the same time. */
export default function Chart({ report, before, unit, beforeText, onSelect }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<Pointed>();
  const [scheme, setScheme] = useState(0);
  const select = useRef(onSelect);
  select.current = onSelect;

  useEffect(() => {
    const media = window.matchMedia(DARK);
    const changed = () => setScheme((before) => before + 1);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, []);

  useEffect(() => {
    const at = place.current;
    if (at === null) return;
    const colors = readColors(at);
    const hooks: uPlot.Hooks.Arrays = {
      setCursor: [
        (plot) => {
          const { idx, left = -1 } = plot.cursor;
          const isOver = typeof idx === 'number' && left >= 0;
          setPointed(isOver ? { at: idx, left: plot.over.offsetLeft + left } : undefined);
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          const row = (x: number) =>
            report.rows[clamp(Math.round(plot.posToVal(x, 'x')), report.rows.length)];
          const [first, last] = [row(left)?.item, row(left + width)?.item];
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (first && last) select.current?.(first, last);
        },
      ],
    };
    const bars = uPlot.paths.bars?.({ size: [0.72, 40], radius: 0.12 });
    if (bars === undefined) return;
    const width = at.clientWidth;
    const plots = [
      new uPlot({ ...moneyOptions(report, unit, colors, width), hooks }, moneyData(report, before), at),
      new uPlot({ ...callsOptions(report, unit, colors, width, bars), hooks }, callsData(report), at),
    ];
    const watch = new ResizeObserver(() => {
      for (const plot of plots) plot.setSize({ width: at.clientWidth, height: plot.height });
    });
    watch.observe(at);
    return () => {
      watch.disconnect();
      setPointed(undefined);
      for (const plot of plots) plot.destroy();
    };
  }, [report, before, unit, scheme]);

  return (
    <div className="relative">
      <div
        ref={place}
        role="img"
        aria-label={`Revenue, payout and calls by ${unit}; the table has the figures`}
      />
      {pointed && (
        <Tip
          report={report}
          before={before}
          unit={unit}
          beforeText={beforeText}
          pointed={pointed}
          width={place.current?.clientWidth ?? 0}
        />
      )}
    </div>
  );
}

const clamp = (at: number, length: number) => Math.min(Math.max(at, 0), length - 1);

interface TipProps extends Pick<ChartProps, 'report' | 'before' | 'unit' | 'beforeText'> {
  pointed: Pointed;
  width: number;
}

function Tip({ report, before, unit, beforeText, pointed, width }: TipProps) {
  const row = report.rows[pointed.at];
  if (!row?.item) return null;
  const was = before?.rows[pointed.at];
  const lines: [string, string, string?][] = [
    ['Revenue', dollars(row.revenue_paid_out), 'border-accent'],
    ['Payout', dollars(row.publisher_paid_out), 'border-info'],
    ['Margin', dollars(row.margin), 'border-accent/30'],
    ['Calls', row.calls.toLocaleString('en-US'), 'border-ink-3/45'],
    ['Converted', row.converted.toLocaleString('en-US'), 'border-accent'],
  ];
  const isLeft = pointed.left + TIP_WIDTH + 20 > width;
  return (
    <div
      className="pointer-events-none absolute top-2 z-10 rounded-md border bg-raised p-2.5 text-xs shadow-float"
      style={{ width: TIP_WIDTH, left: isLeft ? pointed.left - TIP_WIDTH - 12 : pointed.left + 12 }}
    >
      <p className="mb-1 font-medium">{timeLabel(unit, row.item)}</p>
      <dl className="grid gap-0.5">
        {lines.map(([name, value, mark]) => (
          <div key={name} className="flex items-center gap-1.5">
            <span aria-hidden className={cx('w-2.5 border-t-[3px]', mark)} />
            <dt className="text-ink-3">{name}</dt>
            <dd className="tnum ml-auto font-medium">{value}</dd>
          </div>
        ))}
        {was && (
          <div className="mt-1 flex items-center gap-1.5 border-t pt-1.5">
            <span aria-hidden className="w-2.5 border-t-2 border-dashed border-edge" />
            <dt className="text-ink-3" title={beforeText}>
              {was.item ? timeLabel(unit, was.item) : 'Before'}
            </dt>
            <dd className="tnum ml-auto">{dollars(was.revenue_paid_out)}</dd>
          </div>
        )}
      </dl>
    </div>
  );
}
