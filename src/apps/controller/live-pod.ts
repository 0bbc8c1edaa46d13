import { z } from 'zod';
import type { KubeObject } from '../../adapters/kube/client.ts';
import { controllerOf, OWNER_REFERENCE, type OwnerClaim } from '../../adapters/kube/owners.ts';

/** As much of a pod as the controller keeps. */
export interface LivePod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner?: OwnerClaim;
  /** Milliseconds since the epoch by which it is to be gone. */
  readonly deletedAt?: number;
  /** All its containers have ended for good. */
  readonly finished: boolean;
}

const POD = z.object({
  metadata: z.object({
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(OWNER_REFERENCE).default([]),
    deletionTimestamp: z.iso.datetime().optional(),
  }),
  spec: z.object({ serviceAccountName: z.string().default('default') }),
  status: z.object({ phase: z.string().optional() }).default({}),
});

/** Reads a Pod of the API server; undefined where it is none. */
export function readLivePod(object: KubeObject): LivePod | undefined {
  const pod = POD.safeParse(object);
  return pod.success ? project(pod.data) : undefined;
}

function project({ metadata, spec, status }: z.infer<typeof POD>): LivePod {
  const { namespace, name, uid, labels, deletionTimestamp } = metadata;
  const owner = controllerOf(metadata.ownerReferences);
  return {
    namespace,
    name,
    uid,
    labels,
    serviceAccount: spec.serviceAccountName,
    finished: status.phase === 'Succeeded' || status.phase === 'Failed',
    ...(owner && { owner }),
    ...(deletionTimestamp !== undefined && { deletedAt: Date.parse(deletionTimestamp) }),
  };
}
