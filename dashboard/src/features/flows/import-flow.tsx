import { useState } from 'react';
import { Button } from '@/components/button';
import { Field, Textarea } from '@/components/field';
import { Dialog } from '@/components/overlay';
import { type Graph, readGraph } from './graph';

interface ImportProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  deed: string;
  onImport(graph: Graph): Promise<unknown> | unknown;
}

/** A flow from a file, or as text. */
export function ImportFlow({ open, onOpenChange, deed, onImport }: ImportProps) {
  const [json, setJson] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const close = (next: boolean) => {
    setJson('');
    setWrong(undefined);
    onOpenChange(next);
  };
  const take = async () => {
    setBusy(true);
    try {
      await onImport(readGraph(json));
      close(false);
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      wide
      title="Import a flow"
      description="An export of this or another server. Targets and plans are known by id: choose them anew if they came from elsewhere."
      footer={
        <>
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button kind="primary" busy={busy} disabled={json.trim() === ''} onClick={() => void take()}>
            {deed}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Field label="File">
          {(control) => (
            <input
              {...control}
              type="file"
              accept="application/json,.json"
              className="text-sm"
              onChange={(event) => {
                void event.target.files?.[0]?.text().then(setJson);
              }}
            />
          )}
        </Field>
        <Field label="Or its JSON" error={wrong}>
          {(control) => (
            <Textarea
              {...control}
              rows={10}
              className="font-mono text-xs"
              value={json}
              onChange={(event) => setJson(event.target.value)}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}

/** Saves a flow as a file. */
export function exportFlow(name: string, graph: Graph) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(graph, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase() || 'flow'}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
