import { type ReactNode, useState } from 'react';
import { Button } from '@/components/button';
import { Field, Input, Select, Textarea } from '@/components/field';
import { type Input as Answer, askedOf, type Run } from './run';

interface AnswersProps {
  run: Run;
  onAnswer(answer: Answer): void;
}

/** What the run waits for, and the answers that it may get. */
export function Answers({ run, onAnswer }: AnswersProps) {
  const { instruction } = run;
  const choice = (label: string, answer: Answer) => (
    <Button key={label} small onClick={() => onAnswer(answer)}>
      {label}
    </Button>
  );
  switch (instruction.action) {
    case 'menu':
      return (
        <Question title={`The caller hears “${instruction.prompt}”`}>
          {instruction.digits.map((keys) => choice(`Press ${keys}`, { digits: keys }))}
          <OtherKeys known={instruction.digits} onAnswer={onAnswer} />
          {choice('No key pressed', { outcome: 'no_input' })}
        </Question>
      );
    case 'hold':
      return (
        <Question title={`The caller waits ${instruction.seconds} s`}>
          {choice('The wait is over', { outcome: 'hold_over' })}
        </Question>
      );
    case 'dial':
      return (
        <Question title={`It rings at ${instruction.targets.map((each) => each.name).join(', ')}`}>
          {choice('Answered', { outcome: 'connected' })}
          {choice('No answer', { outcome: 'no_answer' })}
          {choice('Busy', { outcome: 'busy' })}
          {choice('Failed', { outcome: 'failed' })}
        </Question>
      );
    case 'redirect':
      return (
        <Question title={`The caller is led to ${instruction.target.name} at ${instruction.url}`}>
          {choice('Connected', { outcome: 'connected' })}
          {choice('Failed', { outcome: 'failed' })}
        </Question>
      );
    case 'wait':
      return <OtherSystem run={run} onAnswer={onAnswer} />;
    default:
      return null;
  }
}

/** Where there is little room, the question is below what was filled in. */
function intoView(section: HTMLElement | null) {
  section?.scrollIntoView({ block: 'nearest' });
}

function Question({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section
      ref={intoView}
      className="grid scroll-mb-4 gap-2 rounded-md border border-live/60 bg-live-soft p-3"
    >
      <h3 className="text-sm font-medium">{title}</h3>
      <div className="flex flex-wrap gap-1.5">{children}</div>
    </section>
  );
}

/** A key that the menu does not know is an answer, too. */
function OtherKeys({ known, onAnswer }: { known: string[]; onAnswer(answer: Answer): void }) {
  const wrong = ['9', '8', '7', '0', '#'].find((key) => !known.includes(key)) ?? '99';
  return (
    <Button small onClick={() => onAnswer({ digits: wrong })}>
      Wrong key ({wrong})
    </Button>
  );
}

const HTTP_FAILURES = ['timeout', 'unreachable', 'address_not_allowed', 'too_large', 'unreadable'];

function OtherSystem({ run, onAnswer }: AnswersProps) {
  const asked = askedOf(run);
  const [status, setStatus] = useState('200');
  const [body, setBody] = useState('{}');
  const [failure, setFailure] = useState('timeout');
  const [wrong, setWrong] = useState<string>();
  if (asked === 'target') {
    return (
      <Question title="The target’s server is asked whether it takes the call">
        <Button small onClick={() => onAnswer({ available: true })}>
          It says yes
        </Button>
        <Button small onClick={() => onAnswer({ available: false })}>
          It says no
        </Button>
      </Question>
    );
  }
  const json = (): Record<string, never> | undefined => {
    try {
      setWrong(undefined);
      return JSON.parse(body.trim() || 'null');
    } catch {
      setWrong('This is not JSON.');
      return undefined;
    }
  };
  const answer = () => {
    const value = json();
    if (value === undefined) return;
    onAnswer(
      asked === 'script' ? { script: value } : { http: { status: Number(status) || 200, body: value } },
    );
  };
  const fail = () => {
    onAnswer(asked === 'script' ? { script_failure: failure } : { http_failure: failure });
  };
  const failures = asked === 'script' ? ['timeout', 'memory', 'unavailable'] : HTTP_FAILURES;
  return (
    <Question title={asked === 'script' ? 'The script returns' : 'The other system answers'}>
      <div className="grid w-full gap-2">
        {asked === 'server' && (
          <Field label="Status">
            {(control) => (
              <Input
                {...control}
                inputMode="numeric"
                value={status}
                onChange={(event) => setStatus(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field label={asked === 'script' ? 'Value' : 'Body'} error={wrong}>
          {(control) => (
            <Textarea
              {...control}
              rows={3}
              className="font-mono text-xs"
              value={body}
              onChange={(event) => setBody(event.target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-1.5">
          <Button small kind="primary" onClick={answer}>
            {asked === 'script' ? 'Return it' : 'Answer'}
          </Button>
          <span className="ml-auto flex items-center gap-1.5">
            <Select aria-label="Failure" value={failure} onChange={(event) => setFailure(event.target.value)}>
              {failures.map((each) => (
                <option key={each} value={each}>
                  {each.replaceAll('_', ' ')}
                </option>
              ))}
            </Select>
            <Button small onClick={fail}>
              Fail
            </Button>
          </span>
        </div>
      </div>
    </Question>
  );
}
