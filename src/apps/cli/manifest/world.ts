import { modeOf, profileName } from '../../../core/admission/namespace.ts';
import type { Mode } from '../../../core/admission/answer.ts';
import type { ListedTemplate } from '../../../core/admission/resources.ts';
import { at } from '../../../core/admission/workloads.ts';
import type { ObjectFacts } from '../../../core/checks/facts.ts';
import type { Exemption } from '../../../core/policy/exemption.ts';
import { BUILT_IN_PROFILES, type SandboxProfile } from '../../../core/policy/profile.ts';
import { readObject } from '../../../core/policy/read-object.ts';
import { AGENTS_LABEL, API_GROUP, PROFILE_LABEL } from '../../../core/terms/fixed-names.ts';
import { isObject } from '../../../core/terms/is-object.ts';
import { manifestFacts } from './facts.ts';
import type { Manifest, Members } from './read.ts';

type Labels = Readonly<Record<string, string>>;

/** How a namespace is looked at. */
export interface Setting {
  readonly labels: Labels;
  readonly mode: Mode;
  /** Whether its pods are agents; a namespace that the input does not hold counts as one that takes them. */
  readonly takesAgents: boolean;
  readonly profile: SandboxProfile;
  /** What was assumed of it, as the input does not say: a sentence each. */
  readonly assumptions: readonly string[];
}

/** What is known of the cluster: what the input holds of it, and the flags for the rest. */
export interface World {
  readonly facts: ObjectFacts;
  readonly exemptions: readonly Exemption[];
  readonly templates: readonly ListedTemplate[];
  /** Namespace of objects that name none. */
  readonly usual: string;
  setting(namespace: string): Setting;
}

export interface Usual {
  readonly namespace: string;
  /** Of namespaces that the input does not hold. */
  readonly profile: SandboxProfile;
}

/** Gathers what manifests say of namespaces, profiles, exemptions and the rest. Objects of ours that cannot be read are left to their review. */
export function worldOf(manifests: readonly Pick<Manifest, 'object'>[], usual: Usual, now: number): World {
  const own = manifests.flatMap(({ object }) => (isOwn(object) ? [readObject(dated(object, now))] : []));
  const profiles = new Map([...Object.values(BUILT_IN_PROFILES), usual.profile, ...own.flatMap((one) => ('profile' in one ? [one.profile] : []))].map((one) => [one.metadata.name, one]));
  const namespaces = new Map(manifests.flatMap(({ object }) => (object['kind'] === 'Namespace' && object['apiVersion'] === 'v1' ? [[nameOf(object), labelsOf(object)] as const] : [])));
  return {
    facts: manifestFacts(manifests, usual.namespace),
    exemptions: own.flatMap((one) => ('exemption' in one ? [one.exemption] : [])),
    templates: [...profiles.values()].flatMap(({ spec }) => spec.templates),
    usual: usual.namespace,
    setting: (namespace) => settingOf(namespace, namespaces.get(namespace), profiles, usual.profile),
  };
}

function settingOf(namespace: string, labels: Labels | undefined, profiles: ReadonlyMap<string, SandboxProfile>, usual: SandboxProfile): Setting {
  if (labels === undefined) {
    const assumption = `namespace ${namespace} is not in the input: it is taken for one that enforces profile ${usual.metadata.name}`;
    return { labels: { [AGENTS_LABEL]: 'enforce', [PROFILE_LABEL]: usual.metadata.name }, mode: 'enforce', takesAgents: true, profile: usual, assumptions: [assumption] };
  }
  const name = profileName(labels);
  const profile = profiles.get(name);
  const assumptions = profile === undefined ? [`SandboxProfile ${name} of namespace ${namespace} is not in the input: profile ${usual.metadata.name} is taken instead`] : [];
  return { labels, mode: modeOf(labels), takesAgents: Object.hasOwn(labels, AGENTS_LABEL), profile: profile ?? usual, assumptions };
}

/** An Exemption that is about to be made counts from now. */
function dated(object: Members, now: number): Members {
  if (object['kind'] !== 'Exemption' || at(object, ['metadata', 'creationTimestamp']) !== undefined || !isObject(object['metadata'])) return object;
  return { ...object, metadata: { ...object['metadata'], creationTimestamp: new Date(now).toISOString() } };
}

export function isOwn(object: Members): boolean {
  return typeof object['apiVersion'] === 'string' && object['apiVersion'].startsWith(`${API_GROUP}/`);
}

function nameOf(object: Members): string {
  return String(at(object, ['metadata', 'name']));
}

function labelsOf(object: Members): Labels {
  const labels = at(object, ['metadata', 'labels']);
  return isObject(labels) ? Object.fromEntries(Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) : {};
}
