import { review } from '../../src/core/admission/review.ts';
import { same } from '../../src/core/checks/differences.ts';
import { readPod } from '../../src/core/checks/read-pod.ts';
import { inject } from '../../src/core/injection/inject.ts';
import { mutate } from '../../src/core/injection/mutate.ts';
import { PROXY_UID } from '../../src/core/terms/fixed-names.ts';
import { contextOf, creationOf, derive, updateOf } from '../core/admission/requests.ts';
import { goodContainer, goodPod, SETTINGS } from '../core/checks/pods.ts';

export const name = 'pod-review';

export const seeds: Uint8Array[] = [goodPod(), derive(goodPod()), derive(goodPod({ initContainers: [goodContainer('setup')], hostNetwork: false, volumes: [{ name: 'data' }] }))].map((pod) => Buffer.from(JSON.stringify(pod)));

export const tokens: Uint8Array[] = ['"privileged":true', '"runAsUser":14141', '"hostNetwork":true', '"name":"sallyport-proxy"', '"mountPath":"/var/run/sallyport/"', '"hostPath":{}', 'null', '{}', '[]', '"__proto__":{'].map((word) => Buffer.from(word));

/** Neither side of gate one ever throws; what is read is injected once and for all; and what is admitted is exactly what injection makes, run by nobody who is the proxy. */
export function target(bytes: Uint8Array): void {
  const object = parsed(bytes);
  if (object === undefined) return;
  mutate(creationOf(object), { ...contextOf(), settings: SETTINGS });
  review(updateOf(derive(goodPod()), object), contextOf());
  const answer = review(creationOf(object), contextOf());
  const read = readPod(object);
  if (!read.ok) {
    if (answer.allowed) throw new Error('a pod that cannot be read was admitted');
    return;
  }
  const pod = { ...read.pod, metadata: { ...read.pod.metadata, namespace: 'agents' } };
  const once = inject(pod, SETTINGS);
  if (!same(inject(once, SETTINGS), once)) throw new Error('injected twice it is another pod');
  if (!answer.allowed) return;
  if (!same(once, pod)) throw new Error('a pod was admitted that injection would have changed');
  const users = [...(pod.spec.initContainers ?? []).slice(3), ...pod.spec.containers].map((one) => one.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser);
  if (users.some((user) => user === undefined || user === 0 || user === PROXY_UID)) throw new Error('a pod was admitted whose agent is root, the proxy or anybody');
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
