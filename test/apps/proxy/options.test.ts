import { describe, expect, test } from 'vitest';
import { collectCaptured, collectResolve, readAgent, readEndpoint, readLabels, readPortNumber, readServer } from '../../../src/apps/proxy/options.ts';

describe('options are read into values or refused with what was expected', () => {
  test.each([
    ['127.0.0.1:15001', { host: '127.0.0.1', port: 15_001 }],
    [':8080', { host: '0.0.0.0', port: 8080 }],
    ['[::1]:0', { host: '::1', port: 0 }],
  ])('endpoint %s', (text, endpoint) => {
    expect(readEndpoint(text)).toEqual(endpoint);
  });

  test.each(['15001', 'localhost:15001', '127.0.0.1:70000', '127.0.0.1', ''])('no endpoint: %j', (text) => {
    expect(() => readEndpoint(text)).toThrow('Expected ADDRESS:PORT, such as 127.0.0.1:15001.');
  });

  test('an agent is a namespace and a name', () => {
    expect(readAgent('agents/triage')).toEqual({ namespace: 'agents', agent: 'triage' });
  });

  test.each(['triage', 'agents/', '/triage', 'Agents/triage', 'agents/triage/x', 'agents/../x'])('no agent: %j', (text) => {
    expect(() => readAgent(text)).toThrow('Expected NAMESPACE/NAME');
  });

  test('labels are pairs; a value may be empty or hold an equals sign', () => {
    expect(readLabels('app=triage,tier=,x=a=b')).toEqual({ app: 'triage', tier: '', x: 'a=b' });
    expect(() => readLabels('app')).toThrow('Expected KEY=VALUE');
  });

  test('fixed names and captured ports gather', () => {
    expect(collectResolve('b.example.com:[2001:db8::7]', collectResolve('a.example.com:192.0.2.7'))).toEqual([
      { host: 'a.example.com', address: '192.0.2.7' }, { host: 'b.example.com', address: '2001:db8::7' },
    ]);
    expect(() => collectResolve('a.example.com:b.example.com')).toThrow('expected an IP address');
    expect(collectCaptured('80:15003', collectCaptured('443:15002'))).toEqual([{ port: 443, listener: 15_002 }, { port: 80, listener: 15_003 }]);
    expect(() => collectCaptured('443')).toThrow('Expected PORT:LISTENER');
  });

  test.each(['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:53'])('a DNS server: %s', (text) => {
    expect(readServer(text)).toBe(text);
  });

  test.each(['dns.example.com', '', '192.0.2', '[192.0.2.1'])('no DNS server: %j', (text) => {
    expect(() => readServer(text)).toThrow('Expected the IP address of a DNS server.');
  });

  test('a port may be 0 for one that the system chooses', () => {
    expect(readPortNumber('0')).toBe(0);
    expect(() => readPortNumber('65536')).toThrow('Expected a port');
    expect(() => readPortNumber('-1')).toThrow('Expected a port');
  });
});
