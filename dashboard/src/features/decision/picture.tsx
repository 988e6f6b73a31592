import { ReactFlowProvider } from '@xyflow/react';
import { useMemo, useState } from 'react';
import type { Decision } from '@/api/types';
import { sentence } from '@/components/format';
import { Canvas } from '../flows/canvas';
import type { Graph } from '../flows/graph';
import { toScene } from './scene';
import { resultOf } from './trace';
import { TRIGGERS } from './verdicts';

interface PictureProps {
  decisions: Decision[];
  flow: Graph | undefined;
}

/** The decisions on a call on the canvas of its flow, one at a time; the last is shown first. */
export default function Picture({ decisions, flow }: PictureProps) {
  const [chosen, setChosen] = useState<number>();
  const at = Math.min(chosen ?? decisions.length - 1, decisions.length - 1);
  const scene = useMemo(() => toScene(decisions, at, flow), [decisions, at, flow]);
  const decision = decisions[at];
  return (
    <div className="grid gap-3">
      {decisions.length > 1 && (
        <fieldset aria-label="Decision" className="flex flex-wrap gap-1.5">
          {decisions.map((each, place) => (
            <button
              key={each.decision}
              type="button"
              aria-pressed={place === at}
              onClick={() => setChosen(place)}
              className="h-7 rounded-md border border-edge/60 px-2 text-xs hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
            >
              {each.decision}. {TRIGGERS[each.trigger] ?? sentence(each.trigger)}
            </button>
          ))}
        </fieldset>
      )}
      {scene && (
        <div className="overflow-hidden rounded-md border" style={{ height: scene.height }}>
          <ReactFlowProvider key={at}>
            <Canvas
              label="The decision as a picture"
              graph={scene.graph}
              path={scene.path}
              extra={scene.extra}
            />
          </ReactFlowProvider>
        </div>
      )}
      {decision && (
        <p className="text-sm">
          <span className="text-ink-3">So: </span>
          <span className="font-medium">{resultOf(decision).text}</span>
        </p>
      )}
    </div>
  );
}
