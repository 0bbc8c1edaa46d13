import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The API server that the bench runs against. */
export interface Cluster {
  readonly kubeconfig: string;
  /** Stops what was started for the bench; nothing where the API server was there before. */
  stop(): void;
}

/**
 * The API server of `KUBECONFIG`, or else a control plane of its own, which the programs `up` and `down` in the folder
 * `SALLYPORT_CLUSTER_TOOLS` start and stop. `KUBECONFIG` is set for whoever runs kubectl after this.
 */
export function findCluster(): Cluster {
  const given = process.env['KUBECONFIG'];
  if (given !== undefined && given !== '') return { kubeconfig: given, stop: () => undefined };
  const tools = process.env['SALLYPORT_CLUSTER_TOOLS'] ?? '';
  if (!existsSync(join(tools, 'up'))) {
    throw new Error('bench: expected KUBECONFIG to name a cluster for tests, or SALLYPORT_CLUSTER_TOOLS the folder with the programs `up` and `down`; the bench installs sallyport-system there and removes it again');
  }
  const kubeconfig = execFileSync(join(tools, 'up'), ['--control-plane'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n').at(-1) ?? '';
  process.env['KUBECONFIG'] = kubeconfig;
  return { kubeconfig, stop: () => void execFileSync(join(tools, 'down'), { stdio: 'ignore' }) };
}
