import type { EventRecorder, EventSubject } from '../../adapters/kube/events.ts';
import type { AdmissionAnswer } from '../../core/admission/answer.ts';
import { clip } from '../../core/admission/message.ts';
import type { AdmissionRequest } from '../../core/admission/request.ts';
import type { Pod } from '../../core/checks/pod.ts';
import { readPod } from '../../core/checks/read-pod.ts';
import { isObject } from '../../core/terms/is-object.ts';

/** Tells the owner of what was decided. Each call returns at once and never throws, and a dry run tells nothing. */
export interface Events {
  /** A pod, or what somebody wanted of one, was refused. */
  refused(request: AdmissionRequest, answer: AdmissionAnswer): void;
  /** A pod that is being created passed with its sidecar proven. */
  injected(request: AdmissionRequest): void;
  /** An Exemption of that name let something pass. */
  exempted(request: AdmissionRequest, exemption: string, checks: readonly string[]): void;
}

/** Where there is no cluster to tell. */
export const NO_EVENTS: Events = { refused: () => undefined, injected: () => undefined, exempted: () => undefined };

export interface EventPorts {
  readonly recorder: Pick<EventRecorder, 'tell'>;
  /** The topmost workload that owns the pod, proven; undefined where there is none or nobody can tell. */
  readonly owner: (namespace: string, pod: Pod, signal: AbortSignal) => Promise<EventSubject | undefined>;
}

const MOST_FAULTS = 5;
const LONGEST_FAULT = 180;

/**
 * Events about pods. The workload that owns one has them; a pod of nobody's has them itself. The words never name what differs from one
 * pod of a workload to the next, so that they fold.
 */
export function podEvents({ recorder, owner }: EventPorts): Events {
  const ownerOf = async (namespace: string, { object, operation }: AdmissionRequest, signal: AbortSignal): Promise<EventSubject | undefined> => {
    const read = operation === 'CREATE' ? readPod(object) : undefined;
    return read?.ok === true ? owner(namespace, read.pod, signal) : undefined;
  };
  const tell = (request: AdmissionRequest, type: 'Normal' | 'Warning', reason: string, message: string): void => {
    const { namespace = '', resource } = request;
    if (request.dryRun === true || resource.group !== '' || resource.resource !== 'pods' || namespace === '') return;
    const created = request.operation === 'CREATE' && request.subResource === undefined ? metadataOf(request.object) : {};
    const itself = podSubject(namespace, request, created);
    recorder.tell({
      namespace,
      about: claimOf(created) ?? itself.name,
      subject: async (signal) => (await ownerOf(namespace, request, signal)) ?? itself,
      type,
      reason,
      message,
    });
  };
  return {
    refused: (request, answer) => tell(request, 'Warning', 'SallyportRefused', refusal(request, answer)),
    injected: (request) => tell(request, 'Normal', 'SallyportInjected', 'The sidecar was put into a pod, and proven.'),
    exempted: (request, exemption, checks) => tell(request, 'Warning', 'SallyportExempted', `Exemption ${exemption} let faults pass: ${checks.join(', ')}.`),
  };
}

function refusal({ operation, subResource }: AdmissionRequest, { faults, message = '' }: AdmissionAnswer): string {
  const asked = [operation.toLowerCase(), ...(subResource === undefined ? [] : [subResource])].join(' ');
  const serious = faults.filter(({ weight }) => weight === 'deny');
  // Nobody was able to judge: the sentence says why.
  if (serious.length === 0) return `Refused (${asked}): ${clip(message, 900)}`;
  const told = serious.slice(0, MOST_FAULTS).map((fault) => clip(`[${fault.check}] ${fault.field === '' ? '' : `${fault.field}: `}${fault.message}`, LONGEST_FAULT));
  const untold = serious.length - told.length;
  return `Refused (${asked}): ${told.join('; ')}${untold > 0 ? `; and ${untold} more` : ''}`;
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

/** Whom the pod calls its controller, as text: only to tell apart, for whoever looks the owner up does not believe it. */
function claimOf({ ownerReferences }: Metadata): string | undefined {
  const claim = Array.isArray(ownerReferences) ? ownerReferences.find((one: unknown) => isObject(one) && one['controller'] === true) : undefined;
  return isObject(claim) ? clip(JSON.stringify([claim['kind'], claim['name'], claim['uid']]), 1_000) : undefined;
}
