import { expect, test } from 'vitest';
import { begin, change, redo, undo } from './history';

test('steps go back and forth, and a new one ends the way forth', () => {
  const two = change(change(begin('a'), 'b', '', 0), 'c', '', 1);
  expect(undo(two).now).toBe('b');
  expect(undo(undo(undo(two))).now).toBe('a');
  expect(redo(undo(two)).now).toBe('c');
  expect(redo(change(undo(two), 'd', '', 2)).now).toBe('d');
});

test('keystrokes in one field are one step, until somebody pauses', () => {
  const typed = ['b', 'c', 'd'].reduce(
    (history, now, at) => change(history, now, 'label', at * 100),
    begin('a'),
  );
  expect(undo(typed).now).toBe('a');
  expect(undo(change(typed, 'e', 'label', 9_000)).now).toBe('d');
});

test('what changes nothing is no step', () => {
  expect(change(begin('a'), 'a', '', 0).past).toEqual([]);
});
