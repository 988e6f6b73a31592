import { Plus } from 'lucide-react';
import type { Target } from '@/api/types';

/** Puts a target at the plan's end. */
export function AddTarget({ targets, onAdd }: { targets: Target[]; onAdd(id: string): void }) {
  return (
    <label className="relative">
      <span className="sr-only">Add a target</span>
      <Plus className="pointer-events-none absolute top-1.5 left-2 size-3.5 text-ink-3" aria-hidden />
      <select
        value=""
        onChange={(event) => onAdd(event.target.value)}
        className="h-7 rounded-md border border-edge/60 bg-raised pr-2 pl-7 text-xs font-medium"
      >
        <option value="" disabled>
          Add a target
        </option>
        {targets.map((target) => (
          <option key={target.id} value={target.id}>
            {target.name}
          </option>
        ))}
      </select>
    </label>
  );
}
