/** What the keyboard does on the canvas: each way to press it, and what it does. */
export const CANVAS_KEYS: [keys: string[], what: string][] = [
  [['a'], 'Add a node, after the chosen one'],
  [['Tab', 'Enter'], 'Go to a node and choose it'],
  [['Arrows'], 'Move what is chosen'],
  [['Ctrl', 'Z'], 'Undo'],
  [['Ctrl', 'Y'], 'Redo'],
  [['Ctrl', 'C / X / V'], 'Copy, cut, paste'],
  [['Ctrl', 'D'], 'Duplicate what is chosen'],
  [['Ctrl', 'A'], 'Choose all'],
  [['Delete'], 'Delete what is chosen'],
  [['l'], 'Lay the flow out'],
  [['f'], 'Show all of it'],
  [['Ctrl', 'S'], 'Save the draft'],
];
