import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, data } from '@/api/client';
import { Button } from '@/components/button';
import { Field, Input } from '@/components/field';
import { Confirm, Dialog } from '@/components/overlay';
import { ProblemNote } from '@/components/states';
import { say, sayProblem } from '@/components/toast';
import { Time } from '@/components/values';
import type { Graph } from './graph';
import { ImportFlow } from './import-flow';
import { placed } from './layout';
import { flowsQuery } from './queries';
import type { useSaved } from './use-saved';

export type Asking = 'import' | 'rename' | 'discard' | 'delete' | undefined;

interface DialogsProps {
  asking: Asking;
  onAsk(asking: Asking): void;
  saved: ReturnType<typeof useSaved>;
  onImport(graph: Graph): void;
  onReopen(): Promise<void>;
  onOverwrite(): Promise<void>;
  onDeleted(): void;
}

/** What is asked before the whole of a flow changes. */
export function EditorDialogs(props: DialogsProps) {
  const { asking, onAsk, saved, onImport, onReopen, onOverwrite, onDeleted } = props;
  const client = useQueryClient();
  const { flow, conflict, endConflict } = saved;
  const onOpenChange = (open: boolean) => !open && onAsk(undefined);
  return (
    <>
      <ImportFlow
        open={asking === 'import'}
        onOpenChange={onOpenChange}
        deed="Put it on the canvas"
        onImport={(graph) => onImport(placed(graph))}
      />
      {asking === 'rename' && (
        <Rename
          name={flow.name}
          onClose={() => onAsk(undefined)}
          onRename={async (name) => {
            await saved.rename(name);
            say('Renamed.');
          }}
        />
      )}
      <Confirm
        open={asking === 'discard'}
        onOpenChange={onOpenChange}
        title="Discard the draft?"
        deed="Discard draft"
        onConfirm={async () => {
          await saved.discard();
          await client.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true });
          await onReopen();
        }}
      >
        The canvas goes back to version {flow.version}, by which calls run.
      </Confirm>
      <Confirm
        open={asking === 'delete'}
        onOpenChange={onOpenChange}
        title={`Delete ${flow.name}?`}
        deed="Delete flow"
        onConfirm={async () => {
          await data(api.DELETE('/v1/flows/{id}', { params: { path: { id: flow.id } } }));
          await client.invalidateQueries({ queryKey: flowsQuery.queryKey, exact: true });
          say(`${flow.name} is deleted.`);
          onDeleted();
        }}
      >
        With all its versions. A flow that a campaign uses can’t be deleted.
      </Confirm>
      <Dialog
        open={conflict !== undefined}
        onOpenChange={(open) => !open && endConflict()}
        title="Somebody else has changed this flow"
        footer={
          <>
            <Button onClick={endConflict}>Go on editing</Button>
            <Button
              onClick={() => {
                endConflict();
                void onReopen();
              }}
            >
              Take theirs
            </Button>
            <Button
              kind="danger"
              onClick={() => {
                endConflict();
                onOverwrite().catch(sayProblem);
              }}
            >
              Overwrite with mine
            </Button>
          </>
        }
      >
        <p className="text-sm text-ink-2">
          It was saved {conflict && <Time at={conflict.updated_at} relative />} ago, after you opened it.
          Export yours first if you want to keep both.
        </p>
      </Dialog>
    </>
  );
}

interface RenameProps {
  name: string;
  onClose(): void;
  onRename(name: string): Promise<void>;
}

function Rename({ name, onClose, onRename }: RenameProps) {
  const [words, setWords] = useState(name);
  const [problem, setProblem] = useState<unknown>();
  const rename = () => onRename(words).then(onClose, setProblem);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Rename the flow"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" onClick={() => void rename()}>
            Rename
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void rename();
        }}
      >
        <Field label="Name">
          {(control) => (
            <Input {...control} value={words} onChange={(event) => setWords(event.target.value)} />
          )}
        </Field>
        {problem !== undefined && <ProblemNote problem={problem} className="mt-3" />}
      </form>
    </Dialog>
  );
}
