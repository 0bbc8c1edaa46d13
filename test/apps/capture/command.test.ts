import { describe, expect, test } from 'vitest';
import { sallyport } from '../../fakes/command-line.ts';

describe('the commands inside the pod', () => {
  test.each([
    ['a user that is root', ['capture', '--proxy-uid', '0'], 'Expected a numeric user that is not root.'],
    ['a port without a listener', ['capture', '--captured', '443'], 'Expected PORT:LISTENER, such as 443:15002.'],
    ['a probe by name', ['canary', '--probe', 'tcp:example.com:443'], 'Expected tcp:ADDRESS:PORT or udp:ADDRESS:PORT, IPv6 in brackets'],
    ['an unknown option', ['canary', '--prob', 'x'], 'unknown option'],
  ])('refuse %s as bad usage', async (_, args, message) => {
    const { code, stderr } = await sallyport(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('refuse settings that contradict each other before anything is changed', async () => {
    const { code, stderr } = await sallyport('capture', '--captured', '443:15020');
    expect(code).toBe(2);
    expect(stderr).toBe('sallyport: expected a listener of its own for each captured port, got 15001, 15053, 15020, 15020\n');
  });

  test('have a canary that fails where nothing is captured, and says what it tried', async () => {
    const { code, stdout, stderr } = await sallyport('canary', '--output', 'json');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sallyport: this pod is not captured: /);
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ tried: 'DNS at 127.0.0.1', ok: false }));
  });

  test.each(['capture', 'canary'])('explain themselves with examples: %s', async (name) => {
    const { code, stdout } = await sallyport(name, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Examples:\n  sallyport ${name}`);
  });
});
