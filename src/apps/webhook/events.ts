import type { EventRecorder, EventSubject, Told } from '../../adapters/kube/events.ts';
import { controllerOf, type OwnerClaim, readReferences } from '../../adapters/kube/owners.ts';
import type { AdmissionAnswer } from '../../core/admission/answer.ts';
import { clip } from '../../core/admission/message.ts';
import type { AdmissionRequest } from '../../core/admission/request.ts';
import { summary } from '../../core/admission/summary.ts';
import { isObject } from '../../core/terms/is-object.ts';
import type { GateName } from './metrics.ts';

/** Tells the owner of a pod what was decided about it. */
export interface Events {
  /** Returns at once and never throws; a dry run tells nothing. */
  decided(gate: GateName, request: AdmissionRequest, answer: AdmissionAnswer): void;
}

/** Where there is no cluster to tell. */
export const NO_EVENTS: Events = { decided: () => undefined };

export interface EventPorts {
  readonly recorder: Pick<EventRecorder, 'tell'>;
  /** The topmost workload above the owner that a pod claims, proven; undefined where there is none or nobody can tell. */
  readonly owner: (namespace: string, claim: OwnerClaim, signal: AbortSignal) => Promise<Omit<EventSubject, 'namespace'> | undefined>;
}

/**
 * Events about pods. The workload that owns one has them; a pod of nobody's has them itself. The words never name what differs from one
 * pod of a workload to the next, so that they fold.
 */
export function podEvents({ recorder, owner }: EventPorts): Events {
  return {
    decided(gate, request, answer) {
      const { namespace = '', resource } = request;
      if (request.dryRun === true || resource.group !== '' || resource.resource !== 'pods' || namespace === '') return;
      const created = request.operation === 'CREATE' && request.subResource === undefined ? metadataOf(request.object) : {};
      const itself = podSubject(namespace, request, created);
      const claim = claimOf(created);
      // What waits holds on to the claim alone: requests are of megabytes, and hundreds of Events can wait.
      const subject = async (signal: AbortSignal): Promise<EventSubject> => {
        const found = claim && await owner(namespace, claim, signal);
        return found ? { ...found, namespace } : itself;
      };
      for (const saying of sayings(gate, request, answer)) recorder.tell({ namespace, about: claim ? JSON.stringify(claim) : itself.name, subject, ...saying });
    },
  };
}

type Saying = Pick<Told, 'type' | 'reason' | 'message'>;

/** A pod that was refused; one that passed with its sidecar in it, of which the validating side has the last word; what Exemptions let pass. */
function sayings(gate: GateName, request: AdmissionRequest, answer: AdmissionAnswer): Saying[] {
  if (!answer.allowed) return [{ type: 'Warning', reason: 'SallyportRefused', message: refusal(request, answer) }];
  const { operation, subResource } = request;
  const injected = gate === 'validate' && operation === 'CREATE' && subResource === undefined && answer.mode === 'enforce';
  const exemptions = Map.groupBy(answer.exempted ?? [], ({ exemption }) => exemption);
  return [
    ...(injected ? [{ type: 'Normal', reason: 'SallyportInjected', message: 'The sidecar was put into a pod, and is proven.' } as const] : []),
    ...[...exemptions].map(([name, used]) => ({ type: 'Warning', reason: 'SallyportExempted', message: `Exemption ${name} let faults pass: ${[...new Set(used.map(({ fault }) => fault.check))].join(', ')}` } as const)),
  ];
}

function refusal({ operation, subResource }: AdmissionRequest, { faults, message = '' }: AdmissionAnswer): string {
  const asked = [operation.toLowerCase(), ...(subResource === undefined ? [] : [subResource])].join(' ');
  // Without faults nobody was able to judge, and the sentence says why.
  return `Refused (${asked}): ${summary(faults) || clip(message, 900)}`;
}

type Metadata = Readonly<Record<string, unknown>>;

/** Unread, since whoever waits for an answer waits for this as well. */
function metadataOf(object: unknown): Metadata {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  return isObject(metadata) ? metadata : {};
}

/** A pod that is being created has no uid yet, and one whose name the API server makes up is known by how that begins. */
function podSubject(namespace: string, { name }: AdmissionRequest, { name: own, generateName }: Metadata): EventSubject {
  const given = [name, own, generateName].find((one) => typeof one === 'string' && one !== '');
  return { apiVersion: 'v1', kind: 'Pod', namespace, name: typeof given === 'string' ? given.slice(0, 253).replace(/[^a-z0-9]+$/, '') : 'pod' };
}

/** Whom the pod calls its controller: whoever looks the owner up does not believe it. Longer than any name is nobody. */
function claimOf(metadata: Metadata): OwnerClaim | undefined {
  const claim = controllerOf(readReferences(metadata));
  return claim !== undefined && Object.values(claim).every((text) => text.length <= 253) ? claim : undefined;
}
