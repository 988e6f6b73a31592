import { useState } from 'react';
import { Button } from '@/components/button';
import { Field, Select } from '@/components/field';
import { Dialog } from '@/components/overlay';
import { ProblemNote } from '@/components/states';
import { Time } from '@/components/values';
import { SecretOnce } from './key-shown';

const OVERLAPS: [hours: number, label: string][] = [
  [0, 'not at all: it ends now'],
  [1, '1 hour'],
  [24, '24 hours'],
  [72, '3 days'],
  [168, '7 days'],
];

interface Made {
  secret: string;
  /** Until when the old one works, if the server says it. */
  until?: string | undefined;
}

export interface RotateProps {
  name: string;
  /** What is made anew: a key, or a signing secret. */
  noun: 'key' | 'secret';
  why?: string | undefined;
  make(overlapHours: number): Promise<Made>;
  open: boolean;
  onOpenChange(open: boolean): void;
}

/** Gives a webhook a new key or secret; the old one goes on for a while. */
export function Rotate({ name, noun, why, make, open, onOpenChange }: RotateProps) {
  const [hours, setHours] = useState(24);
  const [made, setMade] = useState<Made>();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const close = (next: boolean) => {
    if (!next) {
      setMade(undefined);
      setProblem(undefined);
    }
    onOpenChange(next);
  };
  const rotate = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      setMade(await make(hours));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={made ? `The new ${noun}` : `New ${noun} for ${name}`}
      footer={
        made ? (
          <Button kind="primary" onClick={() => close(false)}>
            I have the {noun}
          </Button>
        ) : (
          <>
            <Button onClick={() => close(false)}>Cancel</Button>
            <Button kind="primary" busy={busy} onClick={() => void rotate()}>
              Make new {noun}
            </Button>
          </>
        )
      }
    >
      {made ? (
        <div className="grid gap-3">
          <SecretOnce secret={made.secret} {...(why ? { why } : {})}>
            New {noun}
          </SecretOnce>
          {made.until && (
            <p className="text-sm text-ink-2">
              Older ones work until <Time at={made.until} />.
            </p>
          )}
        </div>
      ) : (
        <div className="grid gap-3">
          <Field
            label={`How long the old ${noun} still works`}
            hint="Long enough to change it wherever it is used."
          >
            {(control) => (
              <Select {...control} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
                {OVERLAPS.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {problem !== undefined && <ProblemNote problem={problem} />}
        </div>
      )}
    </Dialog>
  );
}
