import { homedir } from 'node:os';
import { kubeconfigPlace } from '../../adapters/command-line/kubeconfig-place.ts';
import { connectKube } from '../../adapters/kube/client.ts';
import { SYSTEM_NAMESPACE } from '../../core/terms/fixed-names.ts';
import { clusterReport } from './check-cluster-report.ts';
import { reviewCluster } from './check-cluster-review.ts';
import { styleFor } from './manifest/report.ts';

export interface ClusterFlags {
  readonly kubeconfig?: string;
  /** Absent: every namespace that takes agents. */
  readonly namespace?: string;
  readonly output: 'text' | 'json';
}

/** `sallyport check --cluster`: 1 where an agent pod runs unproven or with faults. Throws `InputFault` for a cluster that cannot be asked, and `KubeFault`. */
export async function checkCluster({ kubeconfig, namespace, output }: ClusterFlags): Promise<number> {
  const place = kubeconfigPlace(kubeconfig, process.env, homedir());
  const client = connectKube(place === undefined ? {} : { kubeconfig: place });
  try {
    const reviewed = await reviewCluster(client, { system: SYSTEM_NAMESPACE, ...(namespace !== undefined && { namespace }) });
    process.stdout.write(`${output === 'json' ? JSON.stringify(reviewed, undefined, 2) : clusterReport(reviewed, styleFor(process.stdout))}\n`);
    return reviewed.found.some(({ verdict }) => verdict !== 'warned') ? 1 : 0;
  } finally {
    await client.close();
  }
}
