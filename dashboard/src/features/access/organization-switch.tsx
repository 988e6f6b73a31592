import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Check, ChevronsUpDown } from 'lucide-react';
import { chooseOrganization, currentOrganization } from '@/api/organization';
import { Logo } from '@/app/logo';
import { Menu, MenuItem, MenuLabel } from '@/components/menu';
import { organizationQuery } from '@/features/organization/queries';
import { useSession } from './session';

/** Which organization the pages are about; with one, only its name. */
export function OrganizationSwitch() {
  const { organizations } = useSession();
  const { data: organization } = useQuery(organizationQuery);
  const client = useQueryClient();
  const router = useRouter();
  const name = organization?.name ?? 'Hookline';
  const head = (
    <>
      <Logo />
      <span className="min-w-0 flex-1 truncate text-left font-semibold">{name}</span>
    </>
  );
  if (organizations.length < 2) return <div className="flex h-10 items-center gap-2.5 px-2">{head}</div>;
  const choose = async (id: string) => {
    chooseOrganization(id);
    client.clear();
    await router.navigate({ to: '/calls' });
    await router.invalidate();
  };
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex h-10 w-full items-center gap-2.5 rounded-md px-2 hover:bg-line/60"
        >
          {head}
          <ChevronsUpDown className="size-4 text-ink-3" aria-hidden />
        </button>
      }
    >
      <MenuLabel>Organizations</MenuLabel>
      {organizations.map((each) => (
        <MenuItem key={each.id} onSelect={() => void choose(each.id)}>
          <span className="min-w-0 flex-1 truncate">{each.name}</span>
          {each.id === (currentOrganization() ?? organization?.id) && (
            <Check className="size-4 text-accent" aria-hidden />
          )}
        </MenuItem>
      ))}
    </Menu>
  );
}
