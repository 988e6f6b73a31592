import { ChevronsUpDown } from 'lucide-react';
import { Tabs as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { IconButton } from '@/components/button';
import { cx } from '@/components/cx';

export type Panel = 'node' | 'problems' | 'test' | 'rerun' | 'versions';

interface SideProps {
  panel: Panel;
  open: boolean;
  onPanel(panel: Panel): void;
  onOpen(open: boolean): void;
  panels: { id: Panel; label: string; count?: number; content: ReactNode }[];
}

/** Beside the canvas, or below it where there is no room: then it folds away. */
export function Side({ panel, open, onPanel, onOpen, panels }: SideProps) {
  const [visited, setVisited] = useState<ReadonlySet<Panel>>(new Set([panel]));
  if (!visited.has(panel)) setVisited(new Set([...visited, panel]));
  return (
    <aside
      aria-label="Side panel"
      className="flex min-h-0 shrink-0 flex-col border-t bg-ground lg:w-[348px] lg:border-t-0 lg:border-l"
    >
      <Radix.Root
        value={panel}
        onValueChange={(id) => {
          onPanel(id as Panel);
          onOpen(true);
        }}
        className="flex min-h-0 flex-1 flex-col"
      >
        <div className="flex items-center border-b pr-2 pl-4">
          <Radix.List aria-label="Panels" className="flex min-w-0 flex-1 gap-4 overflow-x-auto">
            {panels.map((each) => (
              <Radix.Trigger
                key={each.id}
                value={each.id}
                onClick={() => onOpen(true)}
                className="-mb-px h-10 shrink-0 border-b-2 border-transparent text-sm text-ink-3 hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
              >
                {each.label}
                {each.count !== undefined && each.count > 0 && (
                  <span className="tnum ml-1 rounded-full bg-bad-soft px-1.5 text-2xs font-medium text-bad">
                    {each.count}
                  </span>
                )}
              </Radix.Trigger>
            ))}
          </Radix.List>
          <IconButton
            label={open ? 'Fold the panel away' : 'Open the panel'}
            className="lg:hidden"
            onClick={() => onOpen(!open)}
          >
            <ChevronsUpDown className="size-4" aria-hidden />
          </IconButton>
        </div>
        {panels.map((each) => (
          <Radix.Content
            key={each.id}
            value={each.id}
            forceMount
            tabIndex={0}
            className={cx(
              'min-h-0 flex-1 overflow-y-auto p-4 -outline-offset-2 data-[state=inactive]:hidden max-lg:max-h-[46dvh]',
              !open && 'max-lg:hidden',
            )}
          >
            {visited.has(each.id) && each.content}
          </Radix.Content>
        ))}
      </Radix.Root>
    </aside>
  );
}
