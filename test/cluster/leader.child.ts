import { connectKube } from '../../src/adapters/kube/client.ts';
import { holdLease } from '../../src/adapters/kube/leader.ts';

// One process that takes part in the election: prints `TIME leads|follows` every 20 ms until its input ends, then gives the lease back.

const [kubeconfig = '', namespace = '', identity = ''] = process.argv.slice(2);
const client = connectKube({ kubeconfig });
const lease = holdLease({ client, namespace, name: 'writers', identity, now: Date.now, random: Math.random, timing: { duration: 3_000, deadline: 2_000, retry: 300 } });
const ticking = setInterval(() => process.stdout.write(`${Date.now()} ${lease.leading ? 'leads' : 'follows'}\n`), 20);

process.stdin.resume().on('end', async () => {
  await lease.stop();
  clearInterval(ticking);
  await client.close();
});
