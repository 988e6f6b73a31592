import createClient from 'openapi-fetch';
import { currentOrganization } from './organization';
import { Problem, Unreachable } from './problem';
import type { paths } from './schema';

/** Sends for the chosen organization; every failed answer becomes a `Problem`. */
async function send(request: Request): Promise<Response> {
  const organization = currentOrganization();
  if (organization !== undefined) request.headers.set('Hookline-Organization', organization);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => ({}));
  throw new Problem(response.status, typeof body === 'object' && body !== null ? body : {});
}

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  fetch: send,
});

/** The data of an answer: a failed one was thrown before. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw new Problem(500, { message: 'The server answered without a body.' });
  return data;
}
