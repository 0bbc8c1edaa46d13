import type { JSONWebKeySet } from 'jose';
import type { KeptServingCertificate } from '../../adapters/certificates/kept.ts';
import type { Informer } from '../../adapters/kube/informer.ts';
import type { LinkSigner } from '../../adapters/link/key.ts';
import type { EvidenceJwk } from '../../core/evidence/evidence-jwk.ts';
import type { LivePod } from './live-pod.ts';
import type { PolicyReading } from './policy-reading.ts';

/** As much of an informer as the controller reads. */
export type Collection<T> = Pick<Informer<T>, 'synced' | 'lastContact' | 'get' | 'list' | 'onChange'>;

/** Who signs the tokens of the cluster's service accounts, as the API server publishes it. */
export interface TokenSigners {
  readonly issuer: string;
  readonly keys: JSONWebKeySet;
}

export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** Everything that the controller needs of the world, so that tests can give it another. */
export interface ControllerPorts {
  /** Undefined stands for an object that is no readable pod. */
  readonly pods: Collection<LivePod | undefined>;
  readonly policies: Collection<PolicyReading>;
  readonly tokenSigners: () => Promise<TokenSigners>;
  /** The name of the agent in a pod that carries no label for it; rejects when it cannot be told now. */
  readonly ownerName: (pod: LivePod) => Promise<string>;
  readonly certificate: Pick<KeptServingCertificate, 'current' | 'onChange'>;
  readonly signer: LinkSigner;
  /** What sidecars seal payloads to. */
  readonly evidenceKey: EvidenceJwk;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
