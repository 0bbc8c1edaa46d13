import { hash } from 'node:crypto';
import type { KubeObject } from '../../../adapters/kube/client.ts';
import { isObject } from '../../../core/terms/is-object.ts';

/** What is kept of each pod between two looks at it; whoever looks reads it fresh. */
export interface ScannedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Of all that a review reads: spec, labels and annotations. */
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** All its containers have ended for good. */
  readonly finished: boolean;
}

export function scannedPod({ metadata, spec, status }: KubeObject): ScannedPod {
  const { namespace = '', name, uid = '', labels, annotations, creationTimestamp } = metadata;
  const phase = isObject(status) ? status['phase'] : undefined;
  return {
    namespace,
    name,
    uid,
    digest: hash('sha256', JSON.stringify([spec, labels, annotations]), 'base64'),
    created: typeof creationTimestamp === 'string' ? Date.parse(creationTimestamp) : 0,
    finished: phase === 'Succeeded' || phase === 'Failed',
  };
}
