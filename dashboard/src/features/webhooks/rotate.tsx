import { useState } from 'react';
import { api, data } from '@/api/client';
import type { Webhook } from '@/api/types';
import { Button } from '@/components/button';
import { Field, Select } from '@/components/field';
import { Dialog } from '@/components/overlay';
import { ProblemNote } from '@/components/states';
import { Time } from '@/components/values';
import { SecretOnce } from './key-shown';

const OVERLAPS: [hours: number, label: string][] = [
  [0, 'none: the old key ends now'],
  [1, '1 hour'],
  [24, '24 hours'],
  [72, '3 days'],
  [168, '7 days'],
];

interface RotateProps {
  webhook: Webhook;
  open: boolean;
  onOpenChange(open: boolean): void;
}

/** Gives a webhook a new key; the old one goes on for a while. */
export function Rotate({ webhook, open, onOpenChange }: RotateProps) {
  const [hours, setHours] = useState(24);
  const [made, setMade] = useState<{ key: string; old_keys_until: string }>();
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
      setMade(
        await data(
          api.POST('/v1/webhooks/{id}/rotate', {
            params: { path: { id: webhook.id } },
            body: { overlap_hours: hours },
          }),
        ),
      );
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
      title={made ? 'The new key' : `New key for ${webhook.name}`}
      footer={
        made ? (
          <Button kind="primary" onClick={() => close(false)}>
            I have the key
          </Button>
        ) : (
          <>
            <Button onClick={() => close(false)}>Cancel</Button>
            <Button kind="primary" busy={busy} onClick={() => void rotate()}>
              Make new key
            </Button>
          </>
        )
      }
    >
      {made ? (
        <div className="grid gap-3">
          <SecretOnce secret={made.key}>New key</SecretOnce>
          <p className="text-sm text-ink-2">
            Older keys work until <Time at={made.old_keys_until} />.
          </p>
        </div>
      ) : (
        <div className="grid gap-3">
          <Field
            label="How long the old key still works"
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
