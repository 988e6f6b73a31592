import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { NAV } from './nav';

const SECOND_KEY_MS = 1_200;

interface Actions {
  palette(): void;
  shortcuts(): void;
}

/** Is somebody writing, or is a panel open that has keys of its own? */
function busy(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('[role=dialog],[role=menu]') !== null
  );
}

/** The keys that work everywhere. */
export function useKeys({ palette, shortcuts }: Actions) {
  const navigate = useNavigate();
  useEffect(() => {
    let wentAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        palette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
      if (event.key === '?') shortcuts();
      else if (event.key === '/') {
        const filter = document.querySelector<HTMLElement>('[data-first-filter]');
        if (filter === null) return;
        event.preventDefault();
        filter.focus();
      } else if (event.timeStamp - wentAt < SECOND_KEY_MS) {
        wentAt = Number.NEGATIVE_INFINITY;
        const item = NAV.flatMap((group) => group.items).find((each) => each.key === event.key);
        if (item === undefined) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        void navigate({ to: item.to });
      } else if (event.key === 'g') wentAt = event.timeStamp;
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [navigate, palette, shortcuts]);
}
