/** The way that a call went: nodes in order, and the ways between them as `node field`. */
export interface Path {
  nodes: string[];
  ways: ReadonlySet<string>;
  /** It stands at the last one. */
  standing: boolean;
}

export const wayKey = (node: string, field: string) => `${node} ${field}`;
