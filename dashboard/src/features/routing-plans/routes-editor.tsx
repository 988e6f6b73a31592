import { useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, GripVertical, SlidersHorizontal, Trash2 } from 'lucide-react';
import { type DragEvent, useState } from 'react';
import { Badge } from '@/components/badge';
import { IconButton } from '@/components/button';
import { cx } from '@/components/cx';
import { Check } from '@/components/field';
import { phone } from '@/components/format';
import { conditionText } from '../condition/condition';
import { ConditionEditor } from '../condition/editor';
import { targetsQuery } from '../targets/queries';
import { type Group, move, type Placed, share } from './groups';

interface RoutesEditorProps {
  groups: Group[];
  onChange(groups: Group[]): void;
  editable: boolean;
}

/** A plan's routes in groups, first tried first; each can be dragged, or moved by its buttons. */
export function RoutesEditor({ groups, onChange, editable }: RoutesEditorProps) {
  const [dragged, setDragged] = useState<string>();
  const [over, setOver] = useState<string>();
  const targets = useQuery(targetsQuery).data ?? [];
  const drop = (group: number, place: number) => (event: DragEvent) => {
    event.preventDefault();
    setOver(undefined);
    if (dragged !== undefined) onChange(move(groups, dragged, group, place));
    setDragged(undefined);
  };
  const update = (key: string, route: Placed['route']) =>
    onChange(
      groups.map((group) => ({
        routes: group.routes.map((each) => (each.key === key ? { ...each, route } : each)),
      })),
    );
  const step = (group: number, place: number, by: -1 | 1) => {
    const key = groups[group]?.routes[place]?.key;
    const size = groups[group]?.routes.length ?? 0;
    if (key === undefined) return;
    if (by === -1 && place > 0) onChange(move(groups, key, group, place - 1));
    else if (by === 1 && place < size - 1) onChange(move(groups, key, group, place + 2));
    else if (by === -1 && group > 0)
      onChange(move(groups, key, group - 1, groups[group - 1]?.routes.length ?? 0));
    else if (by === 1 && (group < groups.length - 1 || size > 1)) onChange(move(groups, key, group + 1, 0));
  };
  const place = (key: string) => ({
    onDragOver: (event: DragEvent) => {
      if (dragged === undefined) return;
      event.preventDefault();
      setOver(key);
    },
    onDragLeave: () => setOver((before) => (before === key ? undefined : before)),
  });

  return (
    <ol className="grid gap-4">
      {groups.map((group, at) => (
        <li key={at}>
          <div className="mb-1.5 flex items-baseline gap-2 text-xs">
            <span className="font-medium">Priority {at + 1}</span>
            <span className="text-ink-3">
              {at === 0 ? 'tried first' : 'if nobody above takes the call'}
              {group.routes.length > 1 && '; shared by weight'}
            </span>
          </div>
          <ul
            className="overflow-hidden rounded-lg border"
            onDrop={drop(at, group.routes.length)}
            {...place(`end-${at}`)}
          >
            {group.routes.map((placed, row) => (
              <li
                key={placed.key}
                draggable={editable}
                onDragStart={(event) => {
                  event.dataTransfer.effectAllowed = 'move';
                  setDragged(placed.key);
                }}
                onDragEnd={() => setDragged(undefined)}
                {...place(placed.key)}
                onDrop={(event) => {
                  event.stopPropagation();
                  drop(at, row)(event);
                }}
                className={cx(
                  'border-b bg-ground last:border-b-0',
                  dragged === placed.key && 'opacity-40',
                  over === placed.key && 'shadow-[inset_0_2px_0_var(--accent)]',
                )}
              >
                <RouteRow
                  placed={placed}
                  part={share(group, placed.route)}
                  name={
                    targets.find((each) => each.id === placed.route.target)?.name ??
                    'A target that is no more'
                  }
                  destination={phone(
                    targets.find((each) => each.id === placed.route.target)?.destination ?? '',
                  )}
                  editable={editable}
                  onChange={(route) => update(placed.key, route)}
                  onStep={(by) => step(at, row, by)}
                  onRemove={() =>
                    onChange(
                      groups
                        .map((each) => ({ routes: each.routes.filter((one) => one.key !== placed.key) }))
                        .filter((each) => each.routes.length > 0),
                    )
                  }
                />
              </li>
            ))}
          </ul>
        </li>
      ))}
      {dragged !== undefined && (
        <li
          onDrop={drop(groups.length, 0)}
          {...place('new')}
          className={cx(
            'rounded-lg border border-dashed px-4 py-3 text-center text-xs text-ink-3',
            over === 'new' && 'border-accent bg-accent-soft text-accent-ink',
          )}
        >
          Drop here for a priority of its own, tried last
        </li>
      )}
    </ol>
  );
}

interface RouteRowProps {
  placed: Placed;
  part: number;
  name: string;
  destination: string;
  editable: boolean;
  onChange(route: Placed['route']): void;
  onStep(by: -1 | 1): void;
  onRemove(): void;
}

function RouteRow({ placed, part, name, destination, editable, onChange, onStep, onRemove }: RouteRowProps) {
  const [open, setOpen] = useState(false);
  const { route } = placed;
  const percent = Math.round(part * 100);
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2">
        {editable && <GripVertical className="size-4 cursor-grab text-ink-3 max-sm:hidden" aria-hidden />}
        <div className="min-w-32 flex-1">
          <div className="flex items-center gap-2 font-medium">
            {name}
            {route.enabled === false && <Badge>off</Badge>}
          </div>
          <div className="truncate text-xs text-ink-3">
            {route.filter ? <>only if {conditionText(route.filter)}</> : destination}
          </div>
        </div>
        <label className="flex items-center gap-2 text-xs text-ink-3">
          Weight
          <input
            type="number"
            min={1}
            disabled={!editable}
            value={route.weight ?? 1}
            onChange={(event) => onChange({ ...route, weight: Math.max(1, Number(event.target.value) || 1) })}
            className="tnum h-7 w-16 rounded-md border border-edge/70 bg-raised px-2 text-right text-sm text-ink"
          />
        </label>
        <div
          className="flex w-28 items-center gap-2"
          title="Its share of the calls, if all in the group can take them"
        >
          <span className="h-1.5 flex-1 overflow-hidden rounded-full bg-line">
            <span className="block h-full rounded-full bg-accent" style={{ width: `${percent}%` }} />
          </span>
          <span className="tnum w-9 text-right text-xs">{percent}%</span>
        </div>
        {editable && (
          <div className="flex">
            <IconButton label={`Move ${name} up`} onClick={() => onStep(-1)}>
              <ArrowUp className="size-3.5" aria-hidden />
            </IconButton>
            <IconButton label={`Move ${name} down`} onClick={() => onStep(1)}>
              <ArrowDown className="size-3.5" aria-hidden />
            </IconButton>
            <IconButton
              label={`Filter of ${name}`}
              aria-expanded={open}
              onClick={() => setOpen(!open)}
              className={route.filter ? 'text-accent' : ''}
            >
              <SlidersHorizontal className="size-3.5" aria-hidden />
            </IconButton>
            <IconButton label={`Remove ${name}`} onClick={onRemove}>
              <Trash2 className="size-3.5" aria-hidden />
            </IconButton>
          </div>
        )}
      </div>
      {open && (
        <div className="grid gap-3 border-t bg-sunken px-3 py-3 sm:pl-10">
          <ConditionEditor
            value={route.filter}
            onChange={(filter) => {
              const { filter: _, ...rest } = route;
              onChange(filter === null ? rest : { ...rest, filter });
            }}
          />
          <Check
            label="In use"
            checked={route.enabled !== false}
            onChange={(event) => onChange({ ...route, enabled: event.target.checked })}
          />
        </div>
      )}
    </div>
  );
}
