import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A way to the API server that can be cut: everything that goes through it breaks, and nothing gets through until it is mended. */
export interface CutOff {
  /** Reaches the API server through this way. */
  readonly kubeconfig: string;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function cutOff(kubeconfig: string): Promise<CutOff> {
  const text = readFileSync(kubeconfig, 'utf8');
  const target = new URL(/server:\s*"?(https:[^"\s},]+)/.exec(text)?.[1] ?? '');
  const sockets = new Set<Socket>();
  let open = true;
  const server: Server = createServer((near) => {
    if (!open) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one);
      one.on('error', () => undefined).on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const folder = mkdtempSync(join(tmpdir(), 'cut-off-'));
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, text.replace(target.origin, `https://127.0.0.1:${(server.address() as AddressInfo).port}`));
  const cut = (): void => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig: file,
    cut,
    mend: () => {
      open = true;
    },
    async close() {
      cut();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      rmSync(folder, { recursive: true });
    },
  };
}
