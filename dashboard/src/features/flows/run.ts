import type { Decision, Schema } from '@/api/types';
import type { SeenNode } from '../decision/trace';
import { type Path, wayKey } from './path';

export type Input = Schema['FlowTestInput'];

/** A test run, or a rerun of a past call, as this page shows it. */
export interface Run {
  decisions: Decision[];
  steps: SeenNode[];
  /** What the switch would be told at the end. */
  instruction: Schema['Instruction'];
}

export function toRun(decisions: Decision[], instruction: Schema['Instruction']): Run {
  return { decisions, steps: decisions.flatMap((decision) => decision.nodes), instruction };
}

/** Whose answer an asking run waits for. */
export function askedOf(run: Run): 'server' | 'script' | 'target' {
  const type = run.steps.at(-1)?.type;
  if (type === 'http_request') return 'server';
  return type === 'javascript' ? 'script' : 'target';
}

/** The way up to a step; a node that waited has a second step for what came of it. */
export function pathOf(steps: SeenNode[], count: number): Path {
  const gone = steps.slice(0, count);
  const ways = gone.flatMap((step, at) =>
    step.branch && at < gone.length - 1 ? [wayKey(step.node, step.branch)] : [],
  );
  return { nodes: gone.map((step) => step.node), ways: new Set(ways), standing: true };
}

/** "name = value" on each line. */
export function readTags(lines: string): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const line of lines.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) tags[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return tags;
}
