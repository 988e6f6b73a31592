import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useReactFlow } from '@xyflow/react';
import { useEffect, useState } from 'react';
import { Problem } from '@/api/problem';
import type { Schema } from '@/api/types';
import { say, sayProblem } from '@/components/toast';
import { useMay } from '../access/session';
import { Canvas, type Edits } from './canvas';
import { type Asking, EditorDialogs } from './editor-dialogs';
import { EditorHead, Tools } from './editor-head';
import { copyText, type Graph, type Position } from './graph';
import { exportFlow } from './import-flow';
import { Inspector } from './inspector';
import { FirstStep, NoNode } from './no-node';
import { AddNode, Palette } from './palette';
import type { Path } from './path';
import { Problems } from './problems';
import { RerunPanel } from './rerun-panel';
import { type Panel, Side } from './side';
import { TestPanel } from './test-panel';
import { useEditor } from './use-editor';
import { useEditorKeys } from './use-editor-keys';
import { useKept } from './use-kept';
import { useMarks, useSeverities } from './use-marks';
import { useSaved } from './use-saved';
import { VersionsPanel } from './versions-panel';

interface EditorProps {
  flow: Schema['Flow'];
  first: Graph;
  call: string | undefined;
  /** Begins anew with what the server has. */
  onReopen(): Promise<void>;
}

interface Adding {
  from?: { node: string; field: string };
  at?: Position;
}

/** A flow of so many nodes is still legible when all of it is shown. */
const SHOWN_WHOLE = 8;
const FIT = { padding: 0.06, maxZoom: 1, duration: 200 };

/** The page of a flow: palette, canvas and panel around one edited graph. */
export function FlowEditor({ flow: opened, first, call, onReopen }: EditorProps) {
  const editor = useEditor(first);
  const saved = useSaved(opened, first, editor.graph);
  const canvas = useReactFlow();
  const navigate = useNavigate();
  const may = useMay('manager');
  const mayTest = useMay('analyst');
  const [panel, setPanel] = useState<Panel>(call === undefined ? 'node' : 'rerun');
  const [open, setOpen] = useState(call !== undefined);
  const [palette, setPalette] = useKept('hookline.flow-palette', true);
  const [path, setPath] = useState<Path>();
  const [rerunPath, setRerunPath] = useState<Path>();
  const [diff, setDiff] = useState<Schema['FlowDiff']>();
  const [adding, setAdding] = useState<Adding>();
  const [asking, setAsking] = useState<Asking>();
  const { graph, selected } = editor;
  const { flow, dirty, problems } = saved;
  const [one] = selected.size === 1 ? selected : [];

  useEffect(() => {
    document.title = `${flow.name} · Hookline`;
  }, [flow.name]);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty && current.pathname !== next.pathname && !window.confirm('Leave without saving this flow?'),
    enableBeforeUnload: dirty,
  });

  const show = (to: Panel) => {
    setPanel(to);
    setOpen(true);
  };
  const fail = (error: unknown, undone: string) => {
    const listed = error instanceof Problem && Array.isArray(error.body.problems);
    sayProblem(listed ? new Error(`${undone}: see what is in the way.`) : error);
    if (listed) show('problems');
  };
  const save = () =>
    saved.whileBusy(async () => {
      try {
        if (await saved.save()) say('Kept as the draft; no call runs by it yet.');
      } catch (error) {
        fail(error, 'Not saved');
      }
    });
  const publish = () =>
    saved.whileBusy(async () => {
      try {
        const published = await saved.publish();
        if (published) say(`Version ${published.version} is published: calls run by it within a second.`);
      } catch (error) {
        fail(error, 'Not published');
      }
    });
  /** A run goes by what the server has. */
  const prepare = async (): Promise<{ version: number | null } | undefined> => {
    if (!dirty && !flow.draft && flow.version) return { version: flow.version };
    if (dirty || !flow.draft) return (await saved.save()) ? { version: null } : undefined;
    return { version: null };
  };
  const lookAt = (id: string) =>
    void canvas.fitView({ nodes: [{ id }], maxZoom: 1, padding: 0.5, duration: 200 });
  const showNode = (id: string) => {
    editor.select(new Set([id]));
    show('node');
    afterLayout(() => lookAt(id));
  };
  const fit = () => void canvas.fitView(FIT);
  const layOut = () => {
    editor.layOut();
    afterLayout(fit);
  };
  const add = (type: string, more: Adding = {}) => {
    const id = editor.add(type, more.at, more.from);
    show('node');
    if (more.at === undefined) {
      const all = Object.keys(graph.nodes);
      const near = all.length < SHOWN_WHOLE ? all : [...(more.from ? [more.from.node] : selected)];
      const reveal = () =>
        void canvas.fitView({ ...FIT, nodes: [...near, id].map((each) => ({ id: each })) });
      afterLayout(reveal);
    }
  };
  const duplicate = () => editor.paste(copyText(graph, selected));
  useEditorKeys({
    enabled: may,
    selected: selected.size > 0,
    undo: editor.undo,
    redo: editor.redo,
    save: () => void (dirty && save()),
    all: () => editor.select(new Set(Object.keys(graph.nodes))),
    none: () => editor.select(new Set()),
    remove: () => editor.remove(selected),
    duplicate,
    add: () => setAdding({}),
    layOut,
    fit,
    copied: () => copyText(graph, selected),
    pasted: (text) => {
      if (editor.paste(text)) say('Pasted.');
    },
  });

  const edits: Edits = {
    select: editor.select,
    move: editor.move,
    connect: editor.lead,
    add: (type, at) => add(type, { at }),
    ask: (node, field, at) => setAdding({ from: { node, field }, at }),
  };
  const severities = useSeverities(problems);
  const marks = useMarks(diff);
  useEffect(() => {
    if (isNarrow() && (panel === 'test' || panel === 'rerun')) afterLayout(fit);
  }, [open, panel]);
  const lit = panel === 'test' ? path : panel === 'rerun' ? rerunPath : undefined;

  const panels: { id: Panel; label: string; count?: number; content: React.ReactNode }[] = [
    {
      id: 'node',
      label: 'Node',
      content:
        one === undefined ? (
          <NoNode count={selected.size} editable={may} />
        ) : (
          <Inspector
            id={one}
            editor={editor}
            editable={may}
            problems={problems}
            onDuplicate={duplicate}
            onNew={(type, from) => add(type, { from })}
          />
        ),
    },
    {
      id: 'problems',
      label: 'Problems',
      count: problems.filter((each) => each.severity === 'error').length,
      content: (
        <Problems
          problems={problems}
          graph={graph}
          checked={saved.checked}
          stale={saved.stale}
          onShow={showNode}
        />
      ),
    },
    ...(mayTest
      ? [
          {
            id: 'test' as const,
            label: 'Test',
            content: <TestPanel id={flow.id} prepare={prepare} onPath={setPath} />,
          },
          {
            id: 'rerun' as const,
            label: 'Rerun',
            content: <RerunPanel id={flow.id} call={call} prepare={prepare} onPath={setRerunPath} />,
          },
        ]
      : []),
    {
      id: 'versions',
      label: 'Versions',
      content: panel === 'versions' && (
        <VersionsPanel
          id={flow.id}
          running={flow.version}
          hasDraft={Boolean(flow.draft)}
          draftAt={flow.updated_at}
          graph={graph}
          editable={may}
          onMarks={setDiff}
          onShow={lookAt}
          onRestore={(old, version) => {
            editor.replace({ ...old });
            say(`Version ${version} is on the canvas; save and publish it to go back.`);
            afterLayout(fit);
          }}
        />
      ),
    },
  ];

  return (
    <div className="flex h-[calc(100dvh-3rem)] min-h-[480px] flex-col lg:h-dvh">
      <EditorHead
        flow={flow}
        dirty={dirty}
        busy={saved.busy}
        editable={may}
        onSave={() => void save()}
        onPublish={() => void publish()}
        onAsk={setAsking}
        onExport={() => exportFlow(flow.name, graph)}
      />
      <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
        <h2 className="sr-only">Canvas and nodes</h2>
        {may && palette && (
          <section aria-label="Node types" className="hidden w-52 shrink-0 overflow-y-auto border-r xl:block">
            <Palette hasStart={graph.start !== undefined} onAdd={(type) => add(type)} />
          </section>
        )}
        <div className="relative min-h-0 min-w-0 flex-1">
          <Canvas
            label={`Canvas of ${flow.name}`}
            graph={graph}
            selected={selected}
            severities={severities}
            marks={marks}
            path={lit}
            edits={may ? edits : undefined}
            map
            onOpen={(id) => {
              if (!may) editor.select(new Set([id]));
              if (panel === 'test' || panel === 'rerun') return;
              show('node');
              if (isNarrow()) afterLayout(() => lookAt(id));
            }}
          />
          {Object.keys(graph.nodes).length < 2 && <FirstStep editable={may} onAdd={() => setAdding({})} />}
          {may && (
            <Tools
              editor={editor}
              palette={palette}
              onPalette={setPalette}
              onAdd={() => setAdding({})}
              onLayOut={layOut}
            />
          )}
        </div>
        <Side panel={panel} open={open} onPanel={setPanel} onOpen={setOpen} panels={panels} />
      </div>
      <AddNode
        open={adding !== undefined}
        onOpenChange={(still) => !still && setAdding(undefined)}
        hasStart={graph.start !== undefined}
        onAdd={(type) => add(type, adding)}
      />
      <EditorDialogs
        asking={asking}
        onAsk={setAsking}
        saved={saved}
        onImport={(next) => {
          editor.replace(next);
          afterLayout(fit);
        }}
        onReopen={onReopen}
        onOverwrite={() =>
          saved.whileBusy(async () => {
            if (await saved.save(true)) say('Kept as the draft, over the other one.');
          })
        }
        onDeleted={() => void navigate({ to: '/flows' })}
      />
    </div>
  );
}

/** The panel is below the canvas and takes its room. */
const isNarrow = () => !matchMedia('(min-width: 64rem)').matches;

/** Once the canvas has measured what is new. */
function afterLayout(deed: () => void) {
  setTimeout(deed, 80);
}
