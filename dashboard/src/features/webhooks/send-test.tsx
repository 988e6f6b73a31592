import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SendHorizontal } from 'lucide-react';
import { useState } from 'react';
import { api } from '@/api/client';
import { Problem } from '@/api/problem';
import type { Webhook } from '@/api/types';
import { HttpStatus } from '@/components/badge';
import { Button } from '@/components/button';
import { CodeBlock } from '@/components/code';
import { Field, Textarea } from '@/components/field';
import { ProblemNote } from '@/components/states';
import { kindOf } from './kinds';

interface Answer {
  status: number;
  body: unknown;
  requestId: string | null | undefined;
}

/** Sends a real request to the webhook, as its users would, and shows the answer. */
export function SendTest({ webhook }: { webhook: Webhook }) {
  const [body, setBody] = useState(() => JSON.stringify(kindOf(webhook.type).sample, null, 2));
  const [answer, setAnswer] = useState<Answer>();
  const [problem, setProblem] = useState<unknown>();
  const [mistake, setMistake] = useState<string>();
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();

  const send = async () => {
    const parsed = object(body);
    setMistake(parsed === undefined ? 'This must be a JSON object.' : undefined);
    if (parsed === undefined) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const { data, response } = await api.POST('/v1/webhooks/{id}/test', {
        params: { path: { id: webhook.id } },
        body: { body: parsed },
      });
      setAnswer({ status: response.status, body: data, requestId: response.headers.get('x-request-id') });
    } catch (error) {
      // A refusal is an answer too: it is what the sender would get.
      if (error instanceof Problem)
        setAnswer({ status: error.status, body: error.body, requestId: error.requestId });
      else setProblem(error);
    } finally {
      setBusy(false);
      void client.invalidateQueries({ queryKey: ['requests'] });
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
      <Field
        label="Body"
        error={mistake}
        hint="It counts like any other request: a caller or call that fits is changed."
      >
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
        <Button type="submit" kind="primary" busy={busy}>
          <SendHorizontal className="size-3.5" aria-hidden /> Send test
        </Button>
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {answer && (
        <div className="grid gap-2" role="status">
          <div className="flex flex-wrap items-center gap-2 text-sm">
            Answered <HttpStatus status={answer.status} />
            {answer.requestId && (
              <Link
                to="/requests/$id"
                params={{ id: answer.requestId }}
                className="text-accent-ink underline decoration-accent/40 underline-offset-2"
              >
                See it in the request log
              </Link>
            )}
          </div>
          <CodeBlock label="answer" code={JSON.stringify(answer.body, null, 2)} />
        </div>
      )}
    </form>
  );
}

function object(text: string): Record<string, never> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const fits = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return fits ? (parsed as Record<string, never>) : undefined;
  } catch {
    return undefined;
  }
}
