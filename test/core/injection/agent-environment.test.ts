import { expect, test } from 'vitest';
import { withProxySettings } from '../../../src/core/injection/agent-container.ts';
import { agentEnvironment } from '../../../src/core/injection/agent-environment.ts';
import { CA_FILE } from '../../../src/core/injection/volumes.ts';

test('an injected container is told what a local program is told, but for what it has set itself', () => {
  const injected = withProxySettings({ name: 'agent', image: 'agent', env: [{ name: 'NO_PROXY', value: 'example.com' }] }).env ?? [];
  expect(Object.fromEntries(injected.map(({ name, value }) => [name, value])))
    .toEqual({ ...agentEnvironment('http://127.0.0.1:15001', CA_FILE), NO_PROXY: 'example.com' });
});

test('both spellings of the proxy, and the CA by the name that each runtime has for it', () => {
  const environment = agentEnvironment('http://127.0.0.1:8080', '/tmp/ca.crt');
  expect(Object.keys(environment).filter((name) => environment[name] === 'http://127.0.0.1:8080')).toEqual(['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']);
  expect(environment).toMatchObject({ NODE_USE_ENV_PROXY: '1', NODE_EXTRA_CA_CERTS: '/tmp/ca.crt', CURL_CA_BUNDLE: '/tmp/ca.crt', GIT_SSL_CAINFO: '/tmp/ca.crt' });
});
