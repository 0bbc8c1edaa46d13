import { expect, test } from 'vitest';
import { replacedAt, stepsOfField, valueAt } from '../../../src/core/terms/field-path.ts';

test.each([
  ['', []],
  ['spec.containers[0].env', ['spec', 'containers', 0, 'env']],
  ['metadata.labels["sallyport.dev/agent"]', ['metadata', 'labels', 'sallyport.dev/agent']],
  ['resources.limits.ephemeral-storage', ['resources', 'limits', 'ephemeral-storage']],
])('the field %s has the steps %j', (field, steps) => {
  expect(stepsOfField(field)).toEqual(steps);
});

test.each([
  [['a', 'b'], { a: { b: 1 }, c: 2 }, 1, { a: { b: 9 }, c: 2 }],
  [['list', 1, 'x'], { list: [0, { x: 1 }] }, 1, { list: [0, { x: 9 }] }],
  [['a', 'b'], {}, undefined, { a: { b: 9 } }],
  [['a', 'b'], { a: null }, undefined, { a: { b: 9 } }],
  [['a', 'b'], { a: 5 }, undefined, { a: 5 }],
  [['list', 3], { list: [0] }, undefined, { list: [0] }],
  [['toString', 'x'], {}, undefined, { toString: { x: 9 } }],
  [[], { a: 1 }, { a: 1 }, 9],
])('at %j of %j stands %j, and with 9 there it is %j', (steps, root, before, after) => {
  expect(valueAt(root, steps)).toEqual(before);
  expect(replacedAt(root, steps, 9)).toEqual(after);
});
