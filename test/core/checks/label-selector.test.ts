import { expect, test } from 'vitest';
import type { LabelSelector } from '../../../src/core/checks/facts.ts';
import { matches } from '../../../src/core/checks/label-selector.ts';

const expression = (key: string, operator: string, ...values: string[]): LabelSelector => ({ matchExpressions: [{ key, operator, values }] });
const CASES: readonly [sentence: string, selector: LabelSelector, labels: Record<string, string>, matched: boolean][] = [
  ['the empty selector matches labels', {}, { app: 'a' }, true],
  ['the empty selector matches no labels', {}, {}, true],
  ['a label of the same value', { matchLabels: { app: 'a' } }, { app: 'a', tier: 'x' }, true],
  ['a label of another value', { matchLabels: { app: 'a' } }, { app: 'b' }, false],
  ['one of two labels', { matchLabels: { app: 'a', tier: 'x' } }, { app: 'a' }, false],
  ['a label that only the prototype has', { matchLabels: { constructor: 'a' } }, {}, false],
  ['In with the value', expression('app', 'In', 'a', 'b'), { app: 'b' }, true],
  ['In without the value', expression('app', 'In', 'a'), { app: 'b' }, false],
  ['In without the label', expression('app', 'In', 'a'), {}, false],
  ['In without values', expression('app', 'In'), { app: 'a' }, false],
  ['NotIn with the value', expression('app', 'NotIn', 'a'), { app: 'a' }, false],
  ['NotIn with another value', expression('app', 'NotIn', 'a'), { app: 'b' }, true],
  ['NotIn without the label', expression('app', 'NotIn', 'a'), {}, true],
  ['Exists with the label', expression('app', 'Exists'), { app: '' }, true],
  ['Exists without the label', expression('app', 'Exists'), {}, false],
  ['DoesNotExist with the label', expression('app', 'DoesNotExist'), { app: 'a' }, false],
  ['DoesNotExist without the label', expression('app', 'DoesNotExist'), {}, true],
  ['DoesNotExist of what only the prototype has', expression('toString', 'DoesNotExist'), {}, true],
  ['an operator that there is not', expression('app', 'Gt', '1'), { app: '2' }, false],
  ['labels and expressions, both of which have to hold', { matchLabels: { app: 'a' }, ...expression('tier', 'Exists') }, { app: 'a' }, false],
];

test.each(CASES)('%s', (_sentence, selector, labels, matched) => {
  expect(matches(selector, labels)).toBe(matched);
});
