import { expect, test } from 'vitest';
import { fromForm, inOrder, missing, type Override, stepped, toForm } from './override';

const at = (order: number, target: string): Override => ({
  order,
  // biome-ignore lint/suspicious/noThenProperty: the API's name for it
  then: { target },
});

test('an override is the same after it was in a form', () => {
  const whole: Override = {
    order: 0,
    publisher: 'p',
    caller: '+1310*',
    filter: { tag: 'age', op: 'exists' } as NonNullable<Override['filter']>,
    // biome-ignore lint/suspicious/noThenProperty: the API's name for it
    then: { reject: 'Not served there' },
  };
  expect(fromForm(toForm(whole))).toEqual(whole);
  expect(fromForm(toForm(at(0, 't')))).toEqual(at(0, 't'));
});

test('what gets the call has to be chosen', () => {
  expect(missing(toForm(undefined))).toMatch(/target/);
  expect(missing({ ...toForm(undefined), kind: 'plan' })).toMatch(/plan/);
  expect(missing({ ...toForm(undefined), kind: 'reject' })).toMatch(/why/);
  expect(missing(toForm(at(1, 't')))).toBeUndefined();
});

test('order is by place, and ends where the list ends', () => {
  const three = inOrder([at(30, 'c'), at(1, 'a'), at(2, 'b')]);
  const shown = (all: Override[]) => all.map((each) => `${each.order}${each.then.target}`);
  expect(shown(stepped(three, 2, -1))).toEqual(['1a', '2c', '3b']);
  expect(stepped(three, 0, -1)).toBe(three);
  expect(stepped(three, 2, 1)).toBe(three);
});
