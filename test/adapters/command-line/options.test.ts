import { describe, expect, test } from 'vitest';
import { collect, collectCaptured, collectResolve, readAgent, readLabels, readListen } from '../../../src/adapters/command-line/options.ts';

describe('options are read into values or refused with what was expected', () => {
  test.each([
    ['127.0.0.1:15001', { host: '127.0.0.1', port: 15_001 }],
    [':8080', { host: '', port: 8080 }],
    ['[::1]:0', { host: '::1', port: 0 }],
  ])('where to listen: %s', (text, endpoint) => {
    expect(readListen(text)).toEqual(endpoint);
  });

  test.each(['15001', '127.0.0.1:70000', '127.0.0.1', ''])('nowhere to listen: %j', (text) => {
    expect(() => readListen(text)).toThrow('Expected ADDRESS:PORT, such as 127.0.0.1:9443, or :PORT for every address.');
  });

  test('an agent is a namespace and a name', () => {
    expect(readAgent('agents/triage')).toEqual({ namespace: 'agents', agent: 'triage' });
  });

  test.each(['triage', 'agents/', '/triage', 'Agents/triage', 'agents/triage/x', 'agents/../x'])('no agent: %j', (text) => {
    expect(() => readAgent(text)).toThrow('Expected NAMESPACE/NAME');
  });

  test('labels are pairs; a value may be empty or hold an equals sign, and there may be none', () => {
    expect(readLabels('app=triage,tier=,x=a=b')).toEqual({ app: 'triage', tier: '', x: 'a=b' });
    expect(readLabels('')).toEqual({});
    expect(() => readLabels('app')).toThrow('Expected KEY=VALUE');
  });

  test('what may be repeated gathers', () => {
    expect(collect('b', collect('a'))).toEqual(['a', 'b']);
    expect(collectResolve('b.example.com:[2001:db8::7]', collectResolve('a.example.com:192.0.2.7'))).toEqual([
      { host: 'a.example.com', address: '192.0.2.7' }, { host: 'b.example.com', address: '2001:db8::7' },
    ]);
    expect(() => collectResolve('a.example.com:b.example.com')).toThrow('Expected an IP address after the host, got "b.example.com".');
    expect(collectCaptured('80:15003', collectCaptured('443:15002'))).toEqual([{ port: 443, listener: 15_002 }, { port: 80, listener: 15_003 }]);
    expect(() => collectCaptured('443')).toThrow('Expected PORT:LISTENER');
  });
});
