import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export const TipProvider = Radix.Provider;

/** A word of explanation on hover and on focus. */
export function Tip({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          sideOffset={5}
          className="rise z-50 max-w-64 rounded-md bg-ink px-2 py-1 text-xs text-ground shadow-float"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
