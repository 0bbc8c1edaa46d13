import type { ObjectFacts } from '../../../../src/core/checks/facts.ts';
import type { Container, Pod } from '../../../../src/core/checks/pod.ts';
import type { ProfileSpec } from '../../../../src/core/policy/profile.ts';
import { goodContainer, goodPod } from '../pods.ts';

/** What a pod is judged with besides itself. */
export interface Given {
  /** The same in words, for whoever reads the golden file. */
  readonly says: string;
  readonly profile?: Partial<ProfileSpec>;
  readonly facts?: Partial<ObjectFacts>;
  /** The pod as it was before it was updated to this. */
  readonly before?: Pod;
  /** What injection makes of it; otherwise it counts as injected as it stands. */
  readonly derive?: ((pod: Pod) => Pod) | 'not known';
}

export interface Example {
  readonly pod: Pod;
  readonly given?: Given;
  /** The pod is the template of a Job. */
  readonly template?: true;
  /** Another position of what stands in a golden file already. */
  readonly unwritten?: true;
}

export interface Failing extends Example {
  /** `reason field` of every fault, of other checks too. */
  readonly faults: readonly string[];
  /** Pod Security restricted, in its latest version, lets it in: we are stricter. */
  readonly stricter?: true;
  /** They are not all: one step displaces everything behind it. */
  readonly andMore?: true;
}

/** Pods that a check lets pass and pods that it refuses, by the names of their golden files. */
export interface Examples {
  readonly pass: Readonly<Record<string, Example>>;
  readonly fail: Readonly<Record<string, Failing>>;
}

/** What one container differs in from a good one; `undefined` takes a member away. */
type Changes = Readonly<Record<string, unknown>>;

export function containerWith(changes: Changes, name = 'app'): Container {
  return without<Container>({ ...goodContainer(name), ...changes });
}

/** Changes of a container that only differs in its security context. */
export function secured(changes: Changes): Changes {
  return { securityContext: without({ ...goodContainer().securityContext, ...changes }) };
}

/** A good pod with one more container, in every position that there is. */
export function inEveryPosition(name: string, changes: Changes, ...faults: readonly string[]): Record<string, Failing> {
  const told = (field: string): string[] => faults.map((fault) => fault.replace(' ', ` ${field}.`));
  const container = (called: string, more: Changes = {}): Container => containerWith({ ...changes, ...more }, called);
  return {
    [`${name}-container`]: { pod: goodPod({ containers: [container('app')] }), faults: told('spec.containers[0]') },
    [`${name}-init`]: { pod: goodPod({ initContainers: [container('setup')] }), faults: told('spec.initContainers[0]') },
    [`${name}-restartable-init`]: { pod: goodPod({ initContainers: [container('aide', { restartPolicy: 'Always' })] }), faults: told('spec.initContainers[0]') },
    [`${name}-ephemeral`]: {
      pod: goodPod({ ephemeralContainers: [container('debugger')] }),
      faults: [...told('spec.ephemeralContainers[0]'), 'ephemeral-container spec.ephemeralContainers[0]'],
    },
    [`${name}-template`]: { pod: goodPod({ containers: [container('app')] }), template: true, faults: told('spec.template.spec.containers[0]') },
  };
}

/** The same, of which only the first position has a golden file. */
export function alsoInEveryPosition(name: string, changes: Changes, ...faults: readonly string[]): Record<string, Failing> {
  const all = Object.entries(inEveryPosition(name, changes, ...faults));
  return Object.fromEntries(all.map(([key, example], index) => [index === 0 ? name : key, index === 0 ? example : { ...example, unwritten: true }]));
}

/** What we refuse and the latest version of Pod Security restricted does not. */
export function stricter(failing: Readonly<Record<string, Failing>>): Record<string, Failing> {
  return Object.fromEntries(Object.entries(failing).map(([name, example]) => [name, { ...example, stricter: true }]));
}

/** A good pod whose one container differs; lets pass. */
export function passing(changes: Changes): Example {
  return { pod: goodPod({ containers: [containerWith(changes)] }) };
}

/** A pod whose spec differs, with what is told of it. */
export function specWith(changes: Parameters<typeof goodPod>[0], ...faults: readonly string[]): Failing {
  return { pod: goodPod(changes), faults };
}

export function withMetadata(metadata: NonNullable<Pod['metadata']>): Pod {
  const pod = goodPod();
  return { ...pod, metadata: { ...pod.metadata, ...metadata } };
}

function without<T extends object>(value: object): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
