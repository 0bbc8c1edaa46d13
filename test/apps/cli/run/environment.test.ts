import { expect, test } from 'vitest';
import { agentEnvironment } from '../../../../src/apps/cli/run/environment.ts';
import { withPlainHosts } from '../../../../src/apps/cli/run/folder.ts';
import { withProxySettings } from '../../../../src/core/injection/agent-container.ts';
import { CA_FILE } from '../../../../src/core/injection/volumes.ts';

test('a local program is told what an injected container is told', () => {
  const injected = withProxySettings({ name: 'agent', image: 'agent' }).env ?? [];
  expect(agentEnvironment('http://127.0.0.1:15001', CA_FILE)).toEqual(Object.fromEntries(injected.map(({ name, value }) => [name, value])));
});

test.each([
  ['passwd: files\nhosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\ngroup: files\n', 'passwd: files\ngroup: files\nhosts: files dns\n'],
  ['  hosts :  files mdns4_minimal dns\n', 'hosts: files dns\n'],
  ['', 'hosts: files dns\n'],
])('names are looked up in files and DNS alone, whatever else is: %j', (before, after) => {
  expect(withPlainHosts(before)).toBe(after);
});
