import { Link } from '@tanstack/react-router';
import { Ellipsis, PanelLeft, Plus, Redo2, Undo2, Workflow } from 'lucide-react';
import type { Schema } from '@/api/types';
import { Badge } from '@/components/badge';
import { Button, IconButton } from '@/components/button';
import { Menu, MenuItem, MenuLine } from '@/components/menu';
import type { Asking } from './editor-dialogs';
import type { Editor } from './use-editor';

interface HeadProps {
  flow: Schema['Flow'];
  dirty: boolean;
  busy: boolean;
  editable: boolean;
  onSave(): void;
  onPublish(): void;
  onAsk(asking: Asking): void;
  onExport(): void;
}

/** What the flow is called, where it stands, and what can be done with the whole of it. */
export function EditorHead(props: HeadProps) {
  const { flow, dirty, busy, editable, onSave, onPublish, onAsk, onExport } = props;
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-2">
      <div className="min-w-0">
        <div className="text-2xs text-ink-3">
          <Link to="/flows" className="hover:text-ink hover:underline">
            Call flows
          </Link>
        </div>
        <h1 className="truncate text-base leading-5 font-semibold">{flow.name}</h1>
      </div>
      <span className="flex flex-wrap gap-1.5">
        {flow.version ? <Badge tone="ok">version {flow.version}</Badge> : <Badge>never published</Badge>}
        {dirty ? <Badge tone="warn">not saved</Badge> : flow.draft && <Badge tone="warn">draft</Badge>}
      </span>
      <div className="ml-auto flex items-center gap-2">
        {editable && (
          <>
            <Button busy={busy} disabled={!dirty} onClick={onSave}>
              Save draft
            </Button>
            <Button kind="primary" busy={busy} disabled={!dirty && !flow.draft} onClick={onPublish}>
              Publish
            </Button>
          </>
        )}
        <Menu
          trigger={
            <IconButton label="More" className="size-8">
              <Ellipsis className="size-4" aria-hidden />
            </IconButton>
          }
        >
          <MenuItem onSelect={onExport}>Export as JSON</MenuItem>
          {editable && (
            <>
              <MenuItem onSelect={() => onAsk('import')}>Import…</MenuItem>
              <MenuItem onSelect={() => onAsk('rename')}>Rename…</MenuItem>
              <MenuLine />
              <MenuItem disabled={!flow.draft || !flow.version} onSelect={() => onAsk('discard')}>
                Discard draft…
              </MenuItem>
              <MenuItem danger onSelect={() => onAsk('delete')}>
                Delete flow…
              </MenuItem>
            </>
          )}
        </Menu>
      </div>
    </header>
  );
}

interface ToolsProps {
  editor: Editor;
  palette: boolean;
  onPalette(shown: boolean): void;
  onAdd(): void;
  onLayOut(): void;
}

/** On the canvas: what one does all the time. */
export function Tools({ editor, palette, onPalette, onAdd, onLayOut }: ToolsProps) {
  return (
    <div
      role="toolbar"
      aria-label="Canvas"
      className="absolute top-3 left-3 z-10 flex items-center gap-0.5 rounded-md border bg-raised p-1 shadow-float"
    >
      <span className="hidden xl:block">
        <IconButton
          label={palette ? 'Hide the types of nodes' : 'Show the types of nodes'}
          aria-expanded={palette}
          onClick={() => onPalette(!palette)}
        >
          <PanelLeft className="size-4" aria-hidden />
        </IconButton>
      </span>
      <Button small kind="quiet" onClick={onAdd} title="Add a node (A)">
        <Plus className="size-3.5" aria-hidden /> Add node
      </Button>
      <IconButton label="Undo" disabled={!editor.canUndo} onClick={editor.undo}>
        <Undo2 className="size-4" aria-hidden />
      </IconButton>
      <IconButton label="Redo" disabled={!editor.canRedo} onClick={editor.redo}>
        <Redo2 className="size-4" aria-hidden />
      </IconButton>
      <IconButton label="Lay out" onClick={onLayOut}>
        <Workflow className="size-4" aria-hidden />
      </IconButton>
    </div>
  );
}
