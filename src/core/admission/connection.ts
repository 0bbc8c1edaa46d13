import type { Finding } from '../checks/check.ts';
import { checkLink } from '../checks/index.ts';
import type { Pod } from '../checks/pod.ts';
import { SIDECAR_CONTAINERS } from '../checks/sidecar.ts';
import type { SandboxProfile } from '../policy/profile.ts';
import { isObject } from '../terms/is-object.ts';
import { quoted } from '../terms/quote.ts';
import { unknownPod } from './binding.ts';
import type { ReviewContext } from './context.ts';
import { profileMissing } from './judge.ts';
import { type Outcome, unreadable } from './outcome.ts';
import { ownFault } from './own-fault.ts';
import type { AdmissionRequest } from './request.ts';
import { at } from './workloads.ts';

/**
 * Reviews what connects somebody to a running pod: exec, attach, port-forward and the API server's proxies.
 *
 *   1. ports are never opened: which one travels in the stream, where nobody sees it, and the proxy of the sidecar listens beside the agent;
 *   2. the live pod is looked up; the container must be one of its own, and never the sidecar's;
 *   3. the profile says whether people may do this at all: never (`deny`), where an Exemption names them and the pod (`hold`), or `allow`.
 */
export function reviewConnection(request: AdmissionRequest, context: ReviewContext): Outcome {
  const { livePod, profile } = context;
  if (!entersContainer(request)) return refused(portsStayClosed);
  if (profile === undefined) return { faults: [profileMissing(context)], weight: 'by-mode' };
  if (livePod === undefined || !livePod.known) return refused(unknownPod(livePod?.sentence));
  if (livePod.value === undefined) return refused(unknownPod('There is no such pod.'));
  if (!isObject(request.object)) return unreadable([optionsMissing]);
  const wrong = wrongContainer(request.object, livePod.value);
  return wrong === undefined ? byProfile(profile, request.subResource ?? '', livePod.value) : refused(wrong);
}

/** Whether a connection leads into a container, and not to a port. */
export function entersContainer({ subResource }: AdmissionRequest): boolean {
  return subResource === 'exec' || subResource === 'attach';
}

function refused(finding: Finding): Outcome {
  return { faults: [ownFault(finding)], weight: 'by-mode' };
}

/** The one fault of a connection from which an Exemption can be had. */
function byProfile({ spec, metadata }: SandboxProfile, deed: string, pod: Pod): Outcome {
  switch (spec.exec) {
    case 'allow':
      return { faults: [], weight: 'by-mode', pod };
    case 'hold':
      return { faults: [{ check: 'exec', ...held, link: checkLink('admission'), weight: 'deny' }], weight: 'by-mode', pod };
    case 'deny':
      return refused({
        reason: 'exec-denied',
        field: '',
        message: `profile ${metadata.name} lets nobody ${deed === 'attach' ? 'attach to' : 'exec into'} a running agent`,
        fix: 'read its log and its records, or debug a copy of the pod in a namespace that takes no agents',
      });
  }
}

const held: Finding = {
  reason: 'exec-held',
  field: '',
  message: 'a person has to approve this, and no Exemption in force names you and this pod',
  fix: 'ask for an Exemption from check exec that names you and the pod',
};

const portsStayClosed: Finding = {
  reason: 'ports-stay-closed',
  field: '',
  message: 'no port of an agent is forwarded or proxied: which one would travel where nobody sees it, and the sidecar listens beside the agent',
  fix: 'let the agent call out instead, through its policy',
};

const optionsMissing: Finding = { reason: 'malformed', field: '', message: 'expected the options of the connection, got nothing', fix: 'send them as the Kubernetes API documents them' };

/** Absent: the pod's only container, as the API server has it. */
function wrongContainer(options: unknown, { spec }: Pod): Finding | undefined {
  const asked = at(options, ['container']);
  const names = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])].map(({ name }) => name);
  const name = asked === undefined || asked === '' ? onlyContainer(spec.containers.map((container) => container.name)) : asked;
  if (name === undefined) return { reason: 'container-unnamed', field: 'container', message: 'the pod has several containers, and none is named', fix: `name one of ${agents(names)}` };
  if (typeof name !== 'string' || !names.includes(name)) return { reason: 'container-unknown', field: 'container', message: `the pod has no container ${typeof name === 'string' ? quoted(name) : 'of that name'}`, fix: `name one of ${agents(names)}` };
  if (SIDECAR_CONTAINERS.has(name)) return { reason: 'sidecar-entered', field: 'container', message: `${name} is the sidecar's, and nobody enters it`, fix: `name one of ${agents(names)}` };
  return undefined;
}

function onlyContainer(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

function agents(names: readonly string[]): string {
  return names.filter((name) => !SIDECAR_CONTAINERS.has(name)).slice(0, 10).map(quoted).join(', ') || 'its own containers';
}
