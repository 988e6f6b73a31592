import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SendHorizontal } from 'lucide-react';
import { useState } from 'react';
import type { WebhookType } from '@/api/types';
import { HttpStatus } from '@/components/badge';
import { Button } from '@/components/button';
import { CodeBlock, prettyJson } from '@/components/code';
import { Field, Input, Textarea } from '@/components/field';
import { ProblemNote } from '@/components/states';
import { kindOf } from './kinds';

interface Answer {
  status: number;
  text: string;
  requestId: string | null;
}

/** Sends a real request to the webhook, as its users would, and shows the answer. */
export function SendTest({ type, secret }: { type: WebhookType; secret?: string | undefined }) {
  const kind = kindOf(type);
  const [key, setKey] = useState('');
  const [body, setBody] = useState(() => JSON.stringify(kind.sample, null, 2));
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  const used = secret ?? key.trim();

  const send = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const response = await fetch(`${kind.path}?${new URLSearchParams({ moja_auth_key: used })}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      });
      const text = await response.text();
      setAnswer({ status: response.status, text, requestId: response.headers.get('x-request-id') });
      void client.invalidateQueries({ queryKey: ['requests'] });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {secret === undefined && (
        <Field
          label="Key"
          hint="Keys are stored only as hashes, so it has to be pasted. It stays in this form."
        >
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="off"
              placeholder="hlw_…"
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field label="Body" hint="It counts like any other request: a caller or call that fits is changed.">
        {(control) => (
          <Textarea
            {...control}
            rows={8}
            className="font-mono text-xs"
            value={body}
            onChange={(event) => setBody(event.target.value)}
          />
        )}
      </Field>
      <div>
        <Button type="submit" kind="primary" busy={busy} disabled={used === ''}>
          <SendHorizontal className="size-3.5" aria-hidden /> Send test
        </Button>
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {answer && (
        <div className="grid gap-2" role="status">
          <div className="flex flex-wrap items-center gap-2 text-sm">
            Answered <HttpStatus status={answer.status} />
            {answer.requestId && answer.status !== 401 && (
              <Link
                to="/requests/$id"
                params={{ id: answer.requestId }}
                className="text-accent-ink underline decoration-accent/40 underline-offset-2"
              >
                See it in the request log
              </Link>
            )}
          </div>
          <CodeBlock label="answer" code={prettyJson(answer.text)} />
        </div>
      )}
    </form>
  );
}
