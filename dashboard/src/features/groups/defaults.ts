/** Tag defaults as lines of `name = value`, which is how one writes them. */
export function toLines(defaults: Record<string, string> | undefined): string {
  return Object.entries(defaults ?? {})
    .map(([name, value]) => `${name} = ${value}`)
    .join('\n');
}

export function fromLines(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const at = line.indexOf('=');
    const name = (at === -1 ? line : line.slice(0, at)).trim();
    found[name] = at === -1 ? '' : line.slice(at + 1).trim();
  }
  return found;
}
