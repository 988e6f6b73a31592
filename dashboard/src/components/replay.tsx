import { Repeat2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button';
import { sayProblem } from './toast';

/** Does something once more that was done before, and says why if it can't be. */
export function Replay({ again }: { again(): Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    try {
      await again();
    } catch (problem) {
      sayProblem(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button busy={busy} onClick={() => void replay()}>
      <Repeat2 className="size-3.5" aria-hidden /> Replay
    </Button>
  );
}
