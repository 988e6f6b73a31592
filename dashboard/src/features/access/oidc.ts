import { Problem } from '@/api/problem';
import { inside } from './enter';

/** Why a sign-in by the provider failed. The address has only a name: it must not put words on this page. */
const PROBLEMS: Record<string, string> = {
  stale: 'This sign-in took too long or was begun in another window. Try again.',
  provider_down:
    'The sign-in provider does not answer as it should. Try again later, or sign in by password.',
  refused: 'The sign-in provider did not let you in. Try again, or ask whoever runs it.',
  bad_token:
    'What the sign-in provider said of you could not be trusted. Give the request id to whoever runs this server.',
  email_unverified:
    'The sign-in provider has no verified email address of you. Verify it there, then try again.',
  unknown_user:
    'You have no user here yet. Ask an owner of your organization to add you by your email address under Settings, Users.',
  no_access: 'Your user is kept out of every organization here. Ask an owner of your organization.',
  other_person:
    'The user of your email address belongs to another person at the sign-in provider. Ask whoever runs this server.',
  too_often: 'There were too many attempts to sign in. Wait a minute.',
  unavailable: 'The server can’t reach its database right now. Try again in a few seconds.',
};

function sentence(name: string): string {
  const known = Object.hasOwn(PROBLEMS, name) ? PROBLEMS[name] : undefined;
  return known ?? 'Signing in failed. Try again, or sign in by password.';
}

const ID = /^[0-9a-f-]{36}$/;

/** What the sign-in page says of an attempt that failed, if its address tells of one. */
export function oidcProblem(name: string | undefined, request: string | undefined): Problem | undefined {
  if (name === undefined) return undefined;
  const id = request !== undefined && ID.test(request) ? { request_id: request } : {};
  return new Problem(401, { message: sentence(name), ...id });
}

/** Where the button leads: through the provider, back to where one wanted to go. */
export function oidcAddress(back: string | undefined): string {
  return inside(back) ? `/v1/sign-in/oidc?${new URLSearchParams({ to: back })}` : '/v1/sign-in/oidc';
}
