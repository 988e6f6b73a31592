import { queryOptions, useQuery } from '@tanstack/react-query';
import { raw } from '@/api/client';
import { currentOrganization } from '@/api/organization';
import { Problem } from '@/api/problem';

export type Role = 'read_only' | 'analyst' | 'manager' | 'owner';
const ROLES: Role[] = ['read_only', 'analyst', 'manager', 'owner'];

interface Member {
  id: string;
  name: string;
  role: Role;
}

/** Who is using this page, and where. */
export interface Session {
  /** None if an API key speaks for this page, as in development. */
  user: { id: string; name: string; email: string } | undefined;
  organizations: Member[];
}

const BY_KEY: Session = { user: undefined, organizations: [] };

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  async queryFn(): Promise<Session> {
    try {
      return read(await raw('/v1/me'));
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 404) return BY_KEY;
      throw problem;
    }
  },
});

/** True while the server has no user at all. */
export async function setupNeeded(): Promise<boolean> {
  try {
    const answer = await raw('/v1/setup');
    return typeof answer === 'object' && answer !== null && 'needed' in answer && answer.needed === true;
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 404) return false;
    throw problem;
  }
}

export function useSession(): Session {
  return useQuery(sessionQuery).data ?? BY_KEY;
}

/** May the user do what this role may? The server asks again; this only spares them a refusal. */
export function useMay(role: Role): boolean {
  const { user, organizations } = useSession();
  if (user === undefined) return true;
  const here = organizations.find((each) => each.id === currentOrganization()) ?? organizations[0];
  return here !== undefined && ROLES.indexOf(here.role) >= ROLES.indexOf(role);
}

function read(answer: unknown): Session {
  const me = answer as { user?: Session['user']; organizations?: Member[] };
  return { user: me.user, organizations: me.organizations ?? [] };
}
