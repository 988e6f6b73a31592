import { KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import type { WebhookType } from '@/api/types';
import { CodeBlock } from '@/components/code';
import { CopyButton } from '@/components/copy';
import { Tabs } from '@/components/tabs';
import { kindOf } from './kinds';
import { KEY_PLACE, snippets } from './snippets';

/** A secret that is shown this once. */
export function SecretOnce({ secret, children, why }: { secret: string; children: ReactNode; why?: string }) {
  return (
    <div className="rounded-lg border border-accent bg-accent-soft p-4">
      <div className="flex items-center gap-2 font-medium">
        <KeyRound className="size-4 text-accent" aria-hidden /> {children}
      </div>
      <div className="mt-2.5 flex items-center gap-2 rounded-md border bg-raised py-1 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 font-mono text-xs break-all" data-testid="secret">
          {secret}
        </code>
        <CopyButton text={secret} label="Copy key" />
      </div>
      <p className="mt-2 text-xs text-ink-2">
        {why ?? 'Copy it now. Only its hash is stored, so nobody can show it again.'}
      </p>
    </div>
  );
}

/** The address of a webhook, and programs that send to it. */
export function UseIt({ type, secret }: { type: WebhookType; secret: string | undefined }) {
  const all = snippets(location.origin, type, secret ?? KEY_PLACE);
  return (
    <div className="grid gap-4">
      <div>
        <h2 className="mb-1.5 text-xs font-medium text-ink-3">Address</h2>
        <CodeBlock
          label="address"
          code={`${location.origin}${kindOf(type).path}?moja_auth_key=${secret ?? KEY_PLACE}`}
        />
      </div>
      <Tabs
        label="Snippets"
        tabs={all.map((each) => ({
          id: each.id,
          label: each.label,
          content: <CodeBlock label={`${each.label} snippet`} code={each.code} />,
        }))}
      />
    </div>
  );
}
