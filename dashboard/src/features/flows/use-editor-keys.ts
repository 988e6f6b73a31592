import { useEffect, useRef } from 'react';

export interface EditorKeys {
  enabled: boolean;
  selected: boolean;
  undo(): void;
  redo(): void;
  save(): void;
  all(): void;
  none(): void;
  remove(): void;
  duplicate(): void;
  add(): void;
  layOut(): void;
  fit(): void;
  copied(): string;
  pasted(text: string): void;
}

/** Somebody writes, or a panel with keys of its own is open. */
function elsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role=dialog],[role=menu]') !== null
  );
}

/** The keys of the canvas, and the browser's own copy and paste. */
export function useEditorKeys(keys: EditorKeys) {
  const now = useRef(keys);
  now.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { current } = now;
      const deed = event.ctrlKey || event.metaKey ? byControl(current, event) : plain(current, event);
      if (deed === undefined) return;
      event.preventDefault();
      deed();
    };
    const onCopy = (event: ClipboardEvent) => {
      const { current } = now;
      if (elsewhere(event.target) || !current.selected || !getSelection()?.isCollapsed) return;
      event.clipboardData?.setData('text/plain', current.copied());
      event.preventDefault();
      if (event.type === 'cut' && current.enabled) current.remove();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (elsewhere(event.target) || !now.current.enabled) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (text !== '') now.current.pasted(text);
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, []);
}

function byControl(keys: EditorKeys, event: KeyboardEvent): (() => void) | undefined {
  const key = event.key.toLowerCase();
  if (key === 's' && keys.enabled) return keys.save;
  if (elsewhere(event.target)) return undefined;
  if (key === 'a') return keys.all;
  if (!keys.enabled) return undefined;
  if (key === 'z') return event.shiftKey ? keys.redo : keys.undo;
  if (key === 'y') return keys.redo;
  return key === 'd' && keys.selected ? keys.duplicate : undefined;
}

function plain(keys: EditorKeys, event: KeyboardEvent): (() => void) | undefined {
  if (event.altKey || elsewhere(event.target) || event.defaultPrevented) return undefined;
  switch (event.key) {
    case 'Escape':
      return keys.selected ? keys.none : undefined;
    case 'f':
      return keys.fit;
    case 'a':
      return keys.enabled ? keys.add : undefined;
    case 'l':
      return keys.enabled ? keys.layOut : undefined;
    case 'Delete':
    case 'Backspace':
      return keys.enabled && keys.selected ? keys.remove : undefined;
    default:
      return undefined;
  }
}
