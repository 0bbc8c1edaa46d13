import type { Socket } from 'node:net';

/** The step took longer than it was given. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/**
 * Resolves when the socket emits the event. Otherwise destroys it and rejects: with the socket's own error, with `TimedOut`
 * after so many milliseconds, or with the signal's reason.
 */
export async function untilReady(socket: Socket, event: 'connect' | 'secureConnect', milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off(event, onReady).off('error', onError).off('close', onClose);
      act();
    };
    const fail = (error: unknown): void => {
      settle(() => {
        // Destroying may report once more; nobody is left to hear it.
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      });
    };
    const onReady = (): void => { settle(resolve); };
    const onError = (error: Error): void => { fail(error); };
    const onClose = (): void => { fail(new Error('the connection was closed')); };
    const onAbort = (): void => { fail(signal?.reason); };
    const timer = setTimeout(() => { fail(new TimedOut(`no ${event} within ${milliseconds} ms`)); }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once(event, onReady).once('error', onError).once('close', onClose);
  });
}
