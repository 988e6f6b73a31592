/** How well an entry fits what was typed, 0 to 1: every word must be in it, at the beginning best. */
export function rank(entry: string, typed: string): number {
  const text = entry.toLowerCase();
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let score = 1;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at === -1) return 0;
    if (at > 0) score *= /\s/.test(text.charAt(at - 1)) ? 0.8 : 0.4;
  }
  return score;
}
