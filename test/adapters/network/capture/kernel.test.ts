import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AGENT, type Network, obstacle, openNetwork, PROXY } from './namespaces.ts';

const reason = obstacle();
const CAPTURE = ['capture', '--proxy-uid', String(PROXY), '--captured', '443:15002', '--captured', '80:15003'];

describe.skipIf(reason !== undefined)(`capture by the kernel${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let network: Network;

  beforeAll(async () => {
    network = await openNetwork();
  }, 30_000);

  afterAll(async () => {
    await network?.close();
  }, 30_000);

  test('without it an agent gets everywhere, and the canary says so', async () => {
    const { v4, v6 } = network.outside;
    const open = [`tcp:${v4}:8080`, `udp:${v4}:5353`, `tcp:[${v6}]:8080`, `udp:[${v6}]:5353`];
    expect(await network.scene('pod', 'attempts', open, AGENT)).toEqual(Object.fromEntries(open.map((text) => [text, 'answered'])));
    const canary = await network.sallyport(['canary', '--probe', `tcp:${v4}:8080`], AGENT);
    expect(canary.code).toBe(1);
    expect(canary.stderr).toContain(`tcp:${v4}:8080: it can be reached around the proxy: it took the connection`);
  });

  test('needs NET_ADMIN, and says so', async () => {
    const { code, stderr } = await network.sallyport(CAPTURE, AGENT);
    expect(code).toBe(1);
    expect(stderr).toContain('capture needs the capability NET_ADMIN');
  });

  test('is installed with NET_ADMIN alone, and again, and proven each time', async () => {
    const only = ['setpriv', '--bounding-set', '-all,+net_admin', '--inh-caps', '-all,+net_admin', '--no-new-privs'];
    const main = new URL('../../../../src/main.ts', import.meta.url).pathname;
    for (let round = 0; round < 2; round += 1) {
      const installed = await network.root(only[0]!, [...only.slice(1), process.execPath, main, ...CAPTURE]);
      expect(installed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('443 -> 15002, 80 -> 15003') });
    }
  });

  test('then an agent reaches nothing by address, UDP, IPv6, DNS or a port that nobody captures', async () => {
    const { v4, v6 } = network.outside;
    const closed = [
      `tcp:${v4}:8080`, `udp:${v4}:5353`, `tcp:[${v6}]:8080`, `udp:[${v6}]:5353`, `udp:${v4}:53`, `tcp:${v4}:53`, `tcp:${network.inside.v4}:8080`,
      'tcp:198.18.7.7:8080', 'tcp:198.18.7.7:15002', 'udp:198.18.7.7:443',
    ];
    expect(await network.scene('pod', 'attempts', closed, AGENT)).toEqual(Object.fromEntries(closed.map((text) => [text, 'rejected'])));
  });

  test('only the proxy\'s user gets out, and root does not', async () => {
    const probe = `tcp:${network.outside.v4}:8080`;
    expect(await network.scene('pod', 'attempts', [probe], PROXY)).toEqual({ [probe]: 'answered' });
    expect(await network.scene('pod', 'attempts', [probe], 0)).toEqual({ [probe]: 'rejected' });
  });

  test('the canary is not content before the proxy is up', async () => {
    const canary = await network.sallyport(['canary'], AGENT);
    expect(canary.code).toBe(1);
    expect(canary.stderr).toContain('DNS at 127.0.0.1: the proxy does not answer');
  });

  test('what an agent says to a name arrives at the proxy with the name, by the port\'s own listener', async () => {
    await network.begin('pod', 'proxy', [], PROXY);
    expect(await network.scene('pod', 'hear', ['api.example.com:443', 'www.example.com:80', 'api.example.com:8443'], AGENT)).toEqual({
      'api.example.com:443': '15002 api.example.com',
      'www.example.com:80': '15003 www.example.com',
      'api.example.com:8443': 'EHOSTUNREACH',
    });
  });

  test('the canary is content, with what it was told to try', async () => {
    const { v4, v6 } = network.outside;
    const args = ['canary', '--probe', `tcp:${v4}:8080`, '--probe', `tcp:[${v6}]:8080`, '--probe', `udp:${v4}:5353`, '--captured', '443:15002', '--captured', '80:15003', '--output', 'json'];
    const canary = await network.sallyport(args, AGENT);
    expect(canary).toMatchObject({ code: 0, stderr: '' });
    const findings = JSON.parse(canary.stdout) as { ok: boolean; sentence: string }[];
    expect(findings).toHaveLength(4 + 3 + 1 + 2);
    expect(findings.every(({ ok }) => ok)).toBe(true);
  });

  test('from outside the agent\'s own servers are reached, and the proxy is not', async () => {
    await network.begin('pod', 'serve', [], AGENT);
    const { v4 } = network.inside;
    expect(await network.scene('outside', 'hear', [`${v4}:9090`, `${v4}:15002`, `${v4}:15003`, '198.18.7.7:443', '198.18.7.7:15002'])).toEqual({
      [`${v4}:9090`]: 'from the agent',
      [`${v4}:15002`]: 'silence',
      [`${v4}:15003`]: 'silence',
      '198.18.7.7:443': 'silence',
      '198.18.7.7:15002': 'silence',
    });
    expect(await network.scene('outside', 'attempts', [`udp:${v4}:9090`, `udp:${v4}:15053`])).toEqual({ [`udp:${v4}:9090`]: 'answered', [`udp:${v4}:15053`]: 'silent' });
  });

  test('sabotage is noticed by the canary', async () => {
    await network.root('nft', ['insert', 'rule', 'inet', 'sallyport', 'confine', 'accept']);
    const canary = await network.sallyport(['canary', '--probe', `udp:${network.outside.v4}:5353`], AGENT);
    expect(canary.code).toBe(1);
    expect(canary.stderr).toContain(`udp:${network.outside.v4}:5353: it can be reached around the proxy: it sent a datagram back`);
  });
});
