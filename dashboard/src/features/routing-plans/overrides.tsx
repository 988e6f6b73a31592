import { ArrowDown, ArrowUp, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '@/components/button';
import { Section } from '@/components/page';
import { conditionText } from '../condition/condition';
import { usePlanName, usePublisherName, useTargetName } from '../names';
import { inOrder, numbered, type Override, stepped } from './override';
import { OverrideSheet } from './override-sheet';

interface OverridesProps {
  plan: string;
  overrides: Override[];
  editable: boolean;
  onChange(overrides: Override[]): void;
}

/** Exceptions that are looked at before the targets, the first that fits counts. */
export function Overrides({ plan, overrides, editable, onChange }: OverridesProps) {
  const [open, setOpen] = useState<number>();
  const shown = inOrder(overrides);
  const words = useWords();
  const done = (override: Override) => {
    const at = open ?? shown.length;
    onChange(numbered([...shown.slice(0, at), override, ...shown.slice(at + 1)]));
    setOpen(undefined);
  };
  return (
    <Section
      title="Overrides"
      count={shown.length}
      actions={
        editable && (
          <Button small onClick={() => setOpen(shown.length)}>
            <Plus className="size-3.5" aria-hidden /> Add override
          </Button>
        )
      }
    >
      {shown.length === 0 ? (
        <p className="text-xs text-ink-3">
          Exceptions by publisher, caller or tag, looked at before the targets.
        </p>
      ) : (
        <ol className="grid gap-3 text-sm">
          {shown.map((each, at) => (
            <li key={each.order} className="flex items-start gap-2">
              <span className="tnum text-ink-3">{at + 1}.</span>
              <div className="min-w-0 flex-1 break-words">
                {words.who(each)} → <span className="font-medium">{words.what(each)}</span>
              </div>
              {editable && (
                <div className="-my-1 flex">
                  <IconButton
                    label={`Move override ${at + 1} up`}
                    disabled={at === 0}
                    onClick={() => onChange(stepped(shown, at, -1))}
                  >
                    <ArrowUp className="size-3.5" aria-hidden />
                  </IconButton>
                  <IconButton
                    label={`Move override ${at + 1} down`}
                    disabled={at === shown.length - 1}
                    onClick={() => onChange(stepped(shown, at, 1))}
                  >
                    <ArrowDown className="size-3.5" aria-hidden />
                  </IconButton>
                  <IconButton label={`Edit override ${at + 1}`} onClick={() => setOpen(at)}>
                    <Pencil className="size-3.5" aria-hidden />
                  </IconButton>
                  <IconButton
                    label={`Remove override ${at + 1}`}
                    onClick={() => onChange(numbered(shown.filter((_, place) => place !== at)))}
                  >
                    <Trash2 className="size-3.5" aria-hidden />
                  </IconButton>
                </div>
              )}
            </li>
          ))}
        </ol>
      )}
      {open !== undefined && (
        <OverrideSheet plan={plan} override={shown[open]} onDone={done} onClose={() => setOpen(undefined)} />
      )}
    </Section>
  );
}

function useWords() {
  const target = useTargetName();
  const plan = usePlanName();
  const publisher = usePublisherName();
  return {
    who: (each: Override) =>
      [
        each.publisher && publisher(each.publisher),
        each.caller && `caller ${each.caller}`,
        each.filter && conditionText(each.filter),
      ]
        .filter(Boolean)
        .join(' and ') || 'every call',
    what: ({ then }: Override) =>
      then.target
        ? target(then.target)
        : then.plan
          ? `plan ${plan(then.plan)}`
          : `reject: ${then.reject ?? ''}`,
  };
}
