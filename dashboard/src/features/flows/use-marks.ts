import { useMemo } from 'react';
import type { Schema } from '@/api/types';
import type { Mark } from './flow-node';

type Severity = 'error' | 'warning';

/** The worst that the server said of each node. */
export function useSeverities(problems: Schema['FlowProblem'][]): ReadonlyMap<string, Severity> {
  return useMemo(() => {
    const found = new Map<string, Severity>();
    for (const { node, severity } of problems) {
      if (node && found.get(node) !== 'error') found.set(node, severity === 'error' ? 'error' : 'warning');
    }
    return found;
  }, [problems]);
}

/** What is new or changed since the version that is compared with. */
export function useMarks(diff: Schema['FlowDiff'] | undefined): ReadonlyMap<string, Mark> {
  return useMemo(() => {
    const added = (diff?.added ?? []).map((id): [string, Mark] => [id, 'added']);
    const changed = (diff?.changed ?? []).map((each): [string, Mark] => [each.node, 'changed']);
    return new Map([...changed, ...added]);
  }, [diff]);
}
