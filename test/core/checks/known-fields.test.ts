import { describe, expect, test } from 'vitest';
import * as members from '../../../src/core/checks/pod-members.ts';
import { knownPodFields } from '../../vectors/pod-fields.ts';
import { faultsOf, goodContainer, goodPod, podWith, told } from './pods.ts';

const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers'].map((list) => `spec.${list}[*]`);
const inContainers = (path: string): string[] => CONTAINERS.map((one) => `${one}${path}`);
const HANDLERS = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'];
const LISTS = new Map<string, ReadonlySet<string>>(Object.entries(members));
const LISTED: readonly [name: string, paths: readonly string[]][] = [
  ['SPEC_MEMBERS', ['spec']],
  ['POD_CONTEXT_MEMBERS', ['spec.securityContext']],
  ['RESOURCES_MEMBERS', ['spec.resources', ...inContainers('.resources')]],
  ['CONTAINER_MEMBERS', CONTAINERS],
  ['CONTEXT_MEMBERS', inContainers('.securityContext')],
  ['HANDLER_MEMBERS', HANDLERS.flatMap((one) => inContainers(`.${one}`))],
  ['LIFECYCLE_MEMBERS', inContainers('.lifecycle')],
  ['VALUE_FROM_MEMBERS', inContainers('.env[*].valueFrom')],
  ['ENV_FROM_MEMBERS', inContainers('.envFrom[*]')],
  ['MOUNT_MEMBERS', inContainers('.volumeMounts[*]')],
];

test.each(LISTED)('%s are what the API server lists', (name, paths) => {
  const fields = knownPodFields();
  const found = paths.flatMap((path) => fields.filter((field) => field.startsWith(`${path}.`)).map((field) => /^\w+/.exec(field.slice(path.length + 1))?.[0]));
  expect([...LISTS.get(name) ?? []].sort()).toEqual([...new Set(found)].sort());
});

test('no list of members is left out', () => {
  expect(LISTED.map(([name]) => name).sort()).toEqual([...LISTS.keys()].sort());
});

describe('a field that nobody has looked at', () => {
  const AT = 'spec.containers[0]';

  test.each([
    ['of the spec', { ...goodPod(), spec: { ...goodPod().spec, hostNetworks: ['all'] } }, 'spec.hostNetworks'],
    ['of the pod\'s security context', goodPod({ securityContext: { sudo: true } as object }), 'spec.securityContext.sudo'],
    ['of a container', podWith({ nodeAccess: true }), `${AT}.nodeAccess`],
    ['of an init container', goodPod({ initContainers: [{ ...goodContainer('setup'), nodeAccess: true } as never] }), 'spec.initContainers[3].nodeAccess'],
    ['of a container\'s security context', podWith({ securityContext: { ...goodContainer().securityContext, hostDevices: [] } }), `${AT}.securityContext.hostDevices`],
    ['of a variable\'s source', podWith({ env: [{ name: 'A', valueFrom: { nodeFileRef: {} } }] }), `${AT}.env[0].valueFrom.nodeFileRef`],
    ['of variables\' sources', podWith({ envFrom: [{ nodeFileRef: {} }] }), `${AT}.envFrom[0].nodeFileRef`],
    ['of a mount', podWith({ volumeMounts: [{ name: 'a', mountPath: '/a', hostPath: '/' }] }), `${AT}.volumeMounts[0].hostPath`],
    ['of a probe', podWith({ readinessProbe: { nodeExec: {} } }), `${AT}.readinessProbe.nodeExec`],
    ['of a hook', podWith({ lifecycle: { preStop: { nodeExec: {} } } }), `${AT}.lifecycle.preStop.nodeExec`],
    ['of the hooks', podWith({ lifecycle: { preStart: {} } }), `${AT}.lifecycle.preStart`],
    ['of resources', podWith({ resources: { ...goodContainer().resources, burst: {} } }), `${AT}.resources.burst`],
  ])('%s is told', (_sentence, pod, field) => {
    expect(told('known-fields', pod)).toEqual([`unknown-field ${field}`]);
  });

  test('is told ten thousand times in no time', () => {
    const hostile = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`hostNetwrk${index % 10}${index}`, 1]));
    const start = performance.now();
    expect(told('known-fields', { ...goodPod(), spec: { ...goodPod().spec, ...hostile } })).toHaveLength(500);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('is a warning in the built-in profiles, and perhaps a slip', () => {
    expect(faultsOf(podWith({ securityContext: { ...goodContainer().securityContext, runAsNonroot: true } }))).toMatchObject([
      { weight: 'warn', message: '"runAsNonroot" is no field that this version knows', fix: 'write runAsNonRoot if that is meant, or take it out' },
    ]);
  });
});
