import { useEffect, useState } from 'react';

const STEP_MS = 420;

/** How many steps are shown: it goes on from where it was, one after the other. */
export function useSteps(count: number): { shown: number; restart(): void; skip(): void } {
  const [shown, setShown] = useState(0);
  const still = typeof matchMedia !== 'undefined' && matchMedia('(prefers-reduced-motion: reduce)').matches;
  useEffect(() => {
    if (shown === count) return;
    if (shown > count || still) {
      setShown(count);
      return;
    }
    const timer = setTimeout(() => setShown(shown + 1), shown === 0 ? 0 : STEP_MS);
    return () => clearTimeout(timer);
  }, [shown, count, still]);
  return { shown, restart: () => setShown(0), skip: () => setShown(count) };
}
