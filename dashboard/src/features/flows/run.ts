import type { Schema } from '@/api/types';
import { type Decision, readDecision, type SeenNode } from '../decision/trace';
import { type Path, wayKey } from './path';

export type Input = Schema['FlowTestInput'];

/** A test run, or a rerun of a past call, as this page shows it. */
export interface Run {
  decisions: Decision[];
  steps: SeenNode[];
  /** What the switch would be told at the end. */
  instruction: Instruction;
}

export interface Instruction {
  action: string;
  prompt: string;
  digits: string[];
  seconds: number | undefined;
  targets: string[];
  reason: string;
}

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

export function readRun(decisions: unknown, routing: unknown): Run {
  const read = Array.isArray(decisions) ? decisions.map(readDecision) : [];
  const told = object(routing);
  return {
    decisions: read,
    steps: read.flatMap((decision) => decision.nodes),
    instruction: {
      action: typeof told.action === 'string' ? told.action : 'over',
      prompt: typeof told.prompt === 'string' ? told.prompt : '',
      digits: texts(told.digits),
      seconds: typeof told.seconds === 'number' ? told.seconds : undefined,
      targets: Array.isArray(told.targets) ? told.targets.map((each) => String(object(each).name ?? '')) : [],
      reason: String(told.reason ?? told.code ?? ''),
    },
  };
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
    step.branch !== undefined && at < gone.length - 1 ? [wayKey(step.node, step.branch)] : [],
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
