import { expect, test } from 'vitest';
import { nearest } from '../../../src/core/policy/nearest.ts';

test.each([
  ['hots', ['hosts', 'ports'], 'hosts'],
  ['Acces', ['access', 'rules'], 'access'],
  ['allwo', ['allow', 'hold'], 'allow'],
  ['htpp', ['name', 'http'], 'http'],
  ['sandboxprofil', ['AgentPolicy', 'SandboxProfile'], 'SandboxProfile'],
  ['when', ['name', 'allow', 'hold'], undefined],
  ['x', ['y'], undefined],
  ['', ['a'], undefined],
  ['anything', [], undefined],
])('whoever wrote %j and could choose from %j meant %j', (text, candidates, expected) => {
  expect(nearest(text, candidates)).toBe(expected);
});
