import { spawn, type ChildProcess } from 'node:child_process';

/** Starts the program as it is. Rejects where it cannot be started. */
export async function spawnBare([name = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(name, args, { stdio: 'inherit', env });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return child;
}
