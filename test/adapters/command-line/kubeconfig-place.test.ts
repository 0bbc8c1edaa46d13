import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { kubeconfigPlace } from '../../../src/adapters/command-line/kubeconfig-place.ts';
import { sharedFolder } from '../../fakes/temporary-folder.ts';

const home = mkdtempSync(join(sharedFolder(), 'home-'));
const usual = join(home, '.kube', 'config');
mkdirSync(join(home, '.kube'));
writeFileSync(usual, '');
const other = join(home, 'other');
writeFileSync(other, '');
const listed = (...files: readonly string[]): { readonly KUBECONFIG: string } => ({ KUBECONFIG: files.join(delimiter) });

test.each([
  ['the flag goes before all else', 'flag', listed('environment'), 'flag'],
  ['KUBECONFIG goes before the home folder', undefined, listed('environment'), 'environment'],
  ['what is empty counts as absent', '', listed('', ''), usual],
  ['without both it is the one in the home folder', undefined, {}, usual],
  ['of a list the one that is there counts', undefined, listed('/nowhere', other), other],
  ['of a list of which none is there the first is complained of', undefined, listed('/nowhere', '/nowhere/else'), '/nowhere'],
])('%s', (_, flag, environment, expected) => {
  expect(kubeconfigPlace(flag, environment, home)).toBe(expected);
});

test('nothing is made up where there is none', () => {
  expect(kubeconfigPlace(undefined, {}, '/nowhere')).toBeUndefined();
});

test('several are not merged, and that is said', () => {
  expect(() => kubeconfigPlace(undefined, listed(usual, other), home)).toThrow(`KUBECONFIG: expected one file, got ${usual}, ${other}; name one with --kubeconfig <file>`);
});
