import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { currentOrganization } from '@/api/organization';
import type { Me, Role } from '@/api/types';

/** Each includes the ones before it. */
export const ROLES: Role[] = ['read_only', 'analyst', 'manager', 'owner'];

export const ROLE_NAMES: Record<Role, { label: string; may: string }> = {
  read_only: { label: 'Read-only', may: 'Sees everything but users, keys and the audit log.' },
  analyst: { label: 'Analyst', may: 'Also exports, and tries flows and plans on past calls.' },
  manager: { label: 'Manager', may: 'Also changes webhooks, routing and calls.' },
  owner: { label: 'Owner', may: 'Also users, API keys, the organization and the audit log.' },
};

/** Before it is known who is asking. */
const NOBODY: Me = { organizations: [] };

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: () => data(api.GET('/v1/me')),
});

/** What the sign-in page may know. */
export const setupQuery = queryOptions({
  queryKey: ['setup'],
  staleTime: 60_000,
  queryFn: () => data(api.GET('/v1/setup')),
});

let wasIn = false;

/** Where somebody belongs who opens a page: to the pages, or first to one of the others. Once in, it is not asked again. */
export async function whereTo(): Promise<'pages' | 'setup' | 'sign-in'> {
  if (wasIn) return 'pages';
  const { needed, signed_in } = await data(api.GET('/v1/setup'));
  wasIn = signed_in;
  if (signed_in) return 'pages';
  return needed ? 'setup' : 'sign-in';
}

export function useSession(): Me {
  return useQuery(sessionQuery).data ?? NOBODY;
}

/** The organization that the pages are about, with the user's role there. */
export function useHere() {
  const { organizations } = useSession();
  return organizations.find((each) => each.id === currentOrganization()) ?? organizations[0];
}

/** Tells for each role whether the user may do what it may. The server asks again; this only spares a refusal. */
export function useMayAs(): (role: Role) => boolean {
  const here = useHere();
  return (role) => here === undefined || ROLES.indexOf(here.role) >= ROLES.indexOf(role);
}

export const useMay = (role: Role): boolean => useMayAs()(role);
