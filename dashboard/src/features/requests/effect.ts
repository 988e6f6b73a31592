/** What a request did, of what the server keeps as an object without a description. */
export interface Effect {
  calls: { id: string; when: string | undefined }[];
  /** Everything else that it says, by name. */
  more: [string, string][];
}

export function readEffect(raw: unknown): Effect {
  const from = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
  const ids = Array.isArray(from.call_log_ids) ? from.call_log_ids : [];
  const when = Array.isArray(from.when) ? from.when : [];
  return {
    calls: ids.map((id, at) => ({
      id: String(id),
      when: typeof when[at] === 'string' ? when[at] : undefined,
    })),
    more: Object.entries(from)
      .filter(([name]) => name !== 'call_log_ids' && name !== 'when')
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  };
}
