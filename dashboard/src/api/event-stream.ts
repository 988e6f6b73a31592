/** One server-sent event. */
export interface ServerEvent {
  id: string | undefined;
  event: string;
  data: string;
}

/** Turns the text of a stream into events, however it is cut into pieces. */
export class EventParser {
  #rest = '';

  push(text: string): ServerEvent[] {
    this.#rest += text;
    const events: ServerEvent[] = [];
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.#rest);
      if (end === null) return events;
      const event = parse(this.#rest.slice(0, end.index));
      this.#rest = this.#rest.slice(end.index + end[0].length);
      if (event !== undefined) events.push(event);
    }
  }
}

function parse(block: string): ServerEvent | undefined {
  const found: ServerEvent = { id: undefined, event: 'message', data: '' };
  const lines: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') lines.push(value);
    else if (name === 'event') found.event = value;
    else if (name === 'id') found.id = value;
  }
  if (lines.length === 0) return undefined;
  found.data = lines.join('\n');
  return found;
}
