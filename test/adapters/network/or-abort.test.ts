import { describe, expect, test } from 'vitest';
import { orAbort } from '../../../src/adapters/network/or-abort.ts';

const never = new Promise<never>(() => undefined);

describe('a promise or the end of a signal', () => {
  test('is what the promise comes to, where that is first', async () => {
    const { signal } = new AbortController();
    expect(await orAbort(Promise.resolve(7), signal)).toBe(7);
    await expect(orAbort(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(await orAbort(Promise.resolve(7), undefined)).toBe(7);
  });

  test('rejects with the reason of the signal, where that is first or was before', async () => {
    const stop = new AbortController();
    const waiting = orAbort(never, stop.signal);
    stop.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(orAbort(never, stop.signal)).rejects.toThrow('gone');
  });

  test('leaves no listener behind', async () => {
    let listening = 0;
    const signal = new AbortController().signal;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listening += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listening -= 1;
      removeEventListener.apply(signal, args);
    };
    await orAbort(Promise.resolve(), signal);
    expect(listening).toBe(0);
  });
});
