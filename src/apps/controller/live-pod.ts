import { z } from 'zod';
import type { KubeObject } from '../../adapters/kube/client.ts';

/** Whom a pod's controller reference names; anybody can write one, so it is a claim. */
export interface OwnerClaim {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

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

export const OWNER_REFERENCE = z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string(), controller: z.boolean().optional() });

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

/** The one owner that is marked as the controller (the API server allows no second). */
export function controllerOf(references: readonly z.infer<typeof OWNER_REFERENCE>[]): OwnerClaim | undefined {
  const found = references.find((reference) => reference.controller === true);
  return found && { apiVersion: found.apiVersion, kind: found.kind, name: found.name, uid: found.uid };
}
