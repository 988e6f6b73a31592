import { CodeBlock } from '@/components/code';
import { Tabs } from '@/components/tabs';
import { SECRET_PLACE, verifySnippets } from './verify';

export const SHOWN_ONCE = 'Copy it now: it is not shown again. If it is lost, rotate it.';

/** How the receiver knows that a delivery is ours. */
export function Verify({ secret }: { secret: string | undefined }) {
  return (
    <div className="grid gap-3">
      <p className="text-sm text-pretty text-ink-2">
        Every delivery is signed with the webhook’s signing secret, in the manner of Standard Webhooks:{' '}
        <code className="font-mono text-xs">webhook-signature</code> is the HMAC-SHA-256 of id, time and body.
        Check it before you believe what was sent, and keep{' '}
        <code className="font-mono text-xs">webhook-id</code> to notice one that comes twice.
      </p>
      <Tabs
        label="Verification"
        tabs={verifySnippets(secret ?? SECRET_PLACE).map(({ id, label, code }) => ({
          id,
          label,
          content: <CodeBlock label={`${label} verification`} code={code} />,
        }))}
      />
    </div>
  );
}
