import { expect, test } from 'vitest';
import { EventParser } from './event-stream';

test('events come whole, wherever the stream is cut', () => {
  const text =
    'id: 7\nevent: call.started\ndata: {"a":1}\n\n: keep-alive\n\nevent: call.ended\ndata: x\ndata: y\n\n';
  for (let cut = 0; cut <= text.length; cut += 1) {
    const parser = new EventParser();
    const events = [...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))];
    expect(events).toEqual([
      { id: '7', event: 'call.started', data: '{"a":1}' },
      { id: undefined, event: 'call.ended', data: 'x\ny' },
    ]);
  }
});

test('an unfinished event waits for its end', () => {
  const parser = new EventParser();
  expect(parser.push('data: half')).toEqual([]);
  expect(parser.push(' done\r\n\r\n')).toEqual([{ id: undefined, event: 'message', data: 'half done' }]);
});
