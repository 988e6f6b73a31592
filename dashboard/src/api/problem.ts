import type { Schema } from './types';

type ErrorBody = Partial<Schema['Error']> & { field?: string; problems?: unknown };

/** What the server says when it refuses, as something that can be thrown and shown. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly field: string | undefined;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message ?? `The server answered ${status}.`);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.requestId = body.request_id;
    this.field = body.field ?? fieldOf(body.message);
    this.body = body;
  }
}

/** The server never got the request, or its answer never came. */
export class Unreachable extends Error {
  constructor() {
    super('The server can’t be reached. Check the connection; this page tries again by itself.');
    this.name = 'Unreachable';
  }
}

/** Messages name the field first, in backticks: "`name` must have 1 to 128 characters". */
export function fieldOf(message: string | undefined): string | undefined {
  return message?.match(/^`([^`]+)`/)?.[1];
}
