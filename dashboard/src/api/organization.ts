const KEY = 'hookline.organization';

/** Which organization this browser works in; none means the user's first. */
export function currentOrganization(): string | undefined {
  return typeof localStorage === 'undefined' ? undefined : (localStorage.getItem(KEY) ?? undefined);
}

export function chooseOrganization(id: string | undefined): void {
  if (id === undefined) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, id);
}
