import { describe, expect, test } from 'vitest';
import { CaptureFault } from '../../../../src/adapters/network/capture/fault.ts';
import { installCapture } from '../../../../src/adapters/network/capture/install.ts';
import { runProgram, type RunProgram } from '../../../../src/adapters/network/capture/program.ts';
import { type Chain, captureChains } from '../../../../src/adapters/network/capture/ruleset.ts';
import type { CaptureSettings } from '../../../../src/adapters/network/capture/settings.ts';

const SETTINGS: CaptureSettings = { proxyUid: 14141, explicitPort: 15001, dnsPort: 15053, captured: [{ port: 443, listener: 15002 }] };
const ROUTE = JSON.stringify([{ type: 'local', dst: '127.0.0.0/8', dev: 'lo' }, { type: 'local', dst: '198.18.0.0/15', dev: 'lo', scope: 'host' }]);

interface Listed {
  readonly [kind: string]: Record<string, unknown>;
}

/** What `nft -j list table` says of the chains. */
function listed(chains: readonly Chain[]): Listed[] {
  const table = { family: 'inet', table: 'sallyport' };
  return [
    { metainfo: { json_schema_version: 1 } },
    { table: { family: 'inet', name: 'sallyport' } },
    ...chains.map(({ name, type, hook, priority, policy }) => ({ chain: { ...table, name, type, hook, prio: priority, policy } })),
    ...chains.flatMap(({ name, rules }) => rules.map((rule) => ({ rule: { ...table, chain: name, comment: rule.name, expr: [] } }))),
  ];
}

function system({ objects = listed(captureChains(SETTINGS)), route = ROUTE }: { objects?: unknown; route?: string } = {}): { run: RunProgram; calls: string[] } {
  const calls: string[] = [];
  const run: RunProgram = async (name, args, input) => {
    calls.push([name, ...args].join(' '));
    if (name === 'ip' && args.includes('show')) return route;
    if (name === 'nft' && args.includes('list')) return JSON.stringify({ nftables: objects });
    if (name === 'nft') expect(input).toContain('table inet sallyport {');
    return '';
  };
  return { run, calls };
}

describe('installing the capture', () => {
  test('closes the way out first, then routes, then reads both back', async () => {
    const { run, calls } = system();
    await installCapture(SETTINGS, run);
    expect(calls).toEqual([
      'nft -f -',
      'ip route replace local 198.18.0.0/15 dev lo',
      'nft -j list table inet sallyport',
      'ip -j -4 route show table local',
    ]);
  });

  const whole = listed(captureChains(SETTINGS));
  const changed = (kind: string, change: (fields: Record<string, unknown>) => Record<string, unknown>) => whole.map((object) => (object[kind] ? { [kind]: change(object[kind]) } : object));

  test.each<[string, unknown, string]>([
    ['no table', [], 'expected the chains to be'],
    ['a chain missing', whole.filter((object) => object['chain']?.['name'] !== 'confine'), 'expected the chains to be'],
    ['a chain at another hook', changed('chain', (chain) => ({ ...chain, hook: 'forward' })), 'expected the chains to be'],
    ['a chain that lets the rest pass', changed('chain', (chain) => ({ ...chain, policy: 'accept' })), 'expected the chains to be'],
    ['the last rule missing', whole.filter((object) => object['rule']?.['comment'] !== 'rest'), 'expected the rules of chain confine to be'],
    ['a foreign rule', [...whole, { rule: { family: 'inet', table: 'sallyport', chain: 'confine', expr: [] } }], 'expected the rules of chain confine to be'],
    ['the rules of another table', changed('rule', (rule) => ({ ...rule, table: 'other' })), 'expected the rules of chain divert to be'],
    ['a listing that is none', 'nonsense', 'expected the ruleset as JSON'],
  ])('is not believed with %s', async (_, objects, message) => {
    await expect(installCapture(SETTINGS, system({ objects }).run)).rejects.toMatchObject({ code: 'not-proven', message: expect.stringContaining(message) });
  });

  test.each([
    ['no route', '[]'],
    ['a route elsewhere', JSON.stringify([{ type: 'local', dst: '198.18.0.0/15', dev: 'eth0' }])],
    ['a route of another kind', JSON.stringify([{ type: 'unicast', dst: '198.18.0.0/15', dev: 'lo' }])],
    ['no answer', ''],
  ])('is not believed with %s', async (_, route) => {
    await expect(installCapture(SETTINGS, system({ route }).run)).rejects.toMatchObject({ name: 'CaptureFault', code: 'not-proven' });
  });

  test('does not go on after a step that failed', async () => {
    const calls: string[] = [];
    const failing: RunProgram = async (name) => {
      calls.push(name);
      throw new CaptureFault('program-failed', 'nft: no');
    };
    await expect(installCapture(SETTINGS, failing)).rejects.toThrow('nft: no');
    expect(calls).toEqual(['nft']);
  });
});

describe('a program of the system', () => {
  test('gets its input and gives its output', async () => {
    expect(await runProgram('cat', ['-'], 'hello')).toBe('hello');
  });

  test('that is missing is named', async () => {
    await expect(runProgram('no-such-program', [])).rejects.toMatchObject({ code: 'program-missing', message: expect.stringContaining('no-such-program') });
  });

  test('that fails is quoted, with the capability it may lack', async () => {
    await expect(runProgram('sh', ['-c', 'echo "Operation not permitted" >&2; exit 1'])).rejects.toMatchObject({ code: 'program-failed', message: expect.stringContaining('Operation not permitted (capture needs the capability NET_ADMIN)') });
  });
});
