import { expect, test } from 'vitest';
import { withPlainHosts } from '../../../../src/apps/cli/run/folder.ts';

test.each([
  ['passwd: files\nhosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\ngroup: files\n', 'passwd: files\ngroup: files\nhosts: files dns\n'],
  ['  hosts :  files mdns4_minimal dns\n', 'hosts: files dns\n'],
  ['', 'hosts: files dns\n'],
])('names are looked up in files and DNS alone, whatever else is: %j', (before, after) => {
  expect(withPlainHosts(before)).toBe(after);
});
