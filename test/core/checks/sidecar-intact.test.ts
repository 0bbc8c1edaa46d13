import { describe, expect, test } from 'vitest';
import { findFaults } from '../../../src/core/checks/index.ts';
import type { Container, Pod, PodSpec } from '../../../src/core/checks/pod.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { CONTAINED, FACTS, goodContainer, goodPod, SETTINGS } from './pods.ts';

const good = inject(goodPod({ initContainers: [goodContainer('setup')] }), SETTINGS);

function told(pod: Pod): string[] {
  return findFaults({ profile: CONTAINED, facts: FACTS, pod, expected: inject(pod, SETTINGS) }).filter(({ check }) => check === 'sidecar-intact').map(({ reason, field }) => `${reason} ${field}`);
}

/** The injected pod with one container changed. */
function tampered(list: 'initContainers' | 'containers', index: number, change: (container: Container) => object): Pod {
  const containers = good.spec[list] ?? [];
  return { ...good, spec: { ...good.spec, [list]: containers.with(index, { ...containers[index]!, ...change(containers[index]!) }) } };
}

const changed = (changes: Partial<PodSpec>): Pod => ({ ...good, spec: { ...good.spec, ...changes } });
const [capture, proxy, canary, setup] = good.spec.initContainers!;

describe('the sidecar is proven by making it again', () => {
  test('an injected pod passes', () => {
    expect(told(good)).toEqual([]);
  });

  test('a bare pod is told that it has none', () => {
    expect(told(goodPod())).toEqual(['sidecar-missing spec.initContainers']);
  });

  test('without anybody who could derive it nothing is proven', () => {
    expect(findFaults({ profile: CONTAINED, facts: FACTS, pod: good }).map(({ reason }) => reason)).toContain('sidecar-unprovable');
  });

  test.each<[string, Pod, string[]]>([
    ['another image of the proxy', tampered('initContainers', 1, () => ({ image: 'registry.example.com/other' })), ['sidecar-changed spec.initContainers[1].image']],
    ['another argument of the proxy', tampered('initContainers', 1, ({ args }) => ({ args: args!.with(2, 'https://controller.example') })), ['sidecar-changed spec.initContainers[1].args[2]']],
    ['a command over ours', tampered('initContainers', 0, () => ({ command: ['true'] })), ['sidecar-changed spec.initContainers[0].command[0]']],
    ['a canary that probes nothing', tampered('initContainers', 2, ({ args }) => ({ args: args!.filter((word) => !/^(--probe|tcp:|udp:)/.test(word)) })), expect.arrayContaining(['sidecar-changed spec.initContainers[2].args[1]'])],
    ['a proxy that is not restarted', tampered('initContainers', 1, () => ({ restartPolicy: undefined })), ['sidecar-changed spec.initContainers[1].restartPolicy']],
    ['environment slipped into the proxy', tampered('initContainers', 1, ({ env }) => ({ env: [...env!, { name: 'NODE_OPTIONS', value: '--inspect' }] })), ['sidecar-changed spec.initContainers[1].env[3]']],
    ['environment slipped in by the whole', tampered('initContainers', 1, () => ({ envFrom: [{ configMapRef: { name: 'c' } }] })), ['sidecar-changed spec.initContainers[1].envFrom']],
    ['more limits for the proxy', tampered('initContainers', 1, ({ resources }) => ({ resources: { ...resources, limits: { ...resources!.limits, memory: '1Mi' } } })), ['sidecar-changed spec.initContainers[1].resources.limits.memory']],
    ['the token mounted by the agent', tampered('containers', 0, ({ volumeMounts }) => ({ volumeMounts: [...volumeMounts!, { name: 'sallyport-token', mountPath: '/token' }] })), ['sidecar-changed spec.containers[0].volumeMounts[1]']],
    ['the journal mounted by the agent', tampered('containers', 0, ({ volumeMounts }) => ({ volumeMounts: [{ name: 'sallyport-journal', mountPath: '/journal' }, ...volumeMounts!] })), ['sidecar-changed spec.containers[0].volumeMounts[0].name', 'sidecar-changed spec.containers[0].volumeMounts[0].mountPath', 'sidecar-changed spec.containers[0].volumeMounts[0].readOnly', 'sidecar-changed spec.containers[0].volumeMounts[1]']],
    ['the CA writable by the agent', tampered('containers', 0, () => ({ volumeMounts: [{ name: 'sallyport-ca', mountPath: '/var/run/sallyport' }] })), ['sidecar-changed spec.containers[0].volumeMounts[0].readOnly']],
    ['another resolver', changed({ dnsConfig: { ...good.spec.dnsConfig, nameservers: ['192.0.2.53'] } }), ['sidecar-changed spec.dnsConfig.nameservers[0]']],
    ['another DNS policy', changed({ dnsPolicy: 'ClusterFirst' }), ['sidecar-changed spec.dnsPolicy']],
    ['a token of another audience', changed({ volumes: good.spec.volumes!.with(1, { name: 'sallyport-token', projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 'token' } }] } }) }), ['sidecar-changed spec.volumes[1].projected.sources[0].serviceAccountToken.audience', 'sidecar-changed spec.volumes[1].projected.sources[0].serviceAccountToken.expirationSeconds']],
  ])('%s', (_sentence, pod, faults) => {
    expect(told(pod)).toEqual(faults);
  });

  test('an init container before the capture is found', () => {
    expect(told(changed({ initContainers: [setup!, capture!, proxy!, canary!] }))[0]).toBe('sidecar-changed spec.initContainers[0].name');
  });

  test('a sidecar by its names alone is found, and its containers are not exempt from the checks', () => {
    const pod = goodPod({ initContainers: [{ name: 'sallyport-capture' }, { name: 'sallyport-proxy', securityContext: { privileged: true } }, { name: 'sallyport-canary' }] });
    const faults = findFaults({ profile: CONTAINED, facts: FACTS, pod, expected: inject(pod, SETTINGS) });
    expect(faults.map(({ check }) => check)).toContain('sidecar-intact');
    expect(faults.map(({ reason, field }) => `${reason} ${field}`)).toContain('privileged spec.initContainers[1].securityContext.privileged');
  });

  test('at most eight differences are told', () => {
    expect(told(changed({ initContainers: [setup!, capture!, proxy!, canary!] }))).toHaveLength(8);
  });

  test('no profile softens it', () => {
    const profile = { ...CONTAINED, spec: { ...CONTAINED.spec, warnOnly: ['sidecar-intact', 'privileged'] } };
    expect(findFaults({ profile, facts: FACTS, pod: goodPod(), expected: good }).filter(({ check }) => check === 'sidecar-intact').map(({ weight }) => weight)).toEqual(['deny']);
  });
});

const all = (pod: Pod): string[] => findFaults({ profile: CONTAINED, facts: FACTS, pod, expected: inject(pod, SETTINGS) }).map(({ check, field }) => `${check} ${field}`);
const ours = (securityContext: object) => ({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' }, ...securityContext } });

describe('advice on what sidecar-intact has told', () => {
  test.each<[string, Pod, string[]]>([
    ['the capture with another image', tampered('initContainers', 0, () => ({ image: 'registry.example.com/other' })), ['sidecar-intact spec.initContainers[0].image']],
    ['the proxy with another image', tampered('initContainers', 1, () => ({ image: 'registry.example.com/other' })), ['sidecar-intact spec.initContainers[1].image']],
    ['our token for a longer time', changed({ volumes: good.spec.volumes!.with(1, { name: 'sallyport-token', projected: { defaultMode: 420, sources: [{ serviceAccountToken: { audience: 'sallyport', expirationSeconds: 3_600, path: 'token' } }] } }) }), ['sidecar-intact spec.volumes[1].projected.sources[0].serviceAccountToken.expirationSeconds']],
  ])('is not given by other checks: %s', (_sentence, pod, faults) => {
    expect(all(pod)).toEqual(faults);
  });

  test('is given on all other containers, in front of ours or changed themselves', () => {
    const evil = { ...setup!, name: 'evil', ...ours({ runAsUser: 14_141 }) };
    expect(all(changed({ initContainers: [evil, capture!, proxy!, canary!] }))).toContain('run-as-user spec.initContainers[0].securityContext.runAsUser');
    expect(all(tampered('containers', 0, () => ({ env: [], ...ours({ runAsUser: 14_141 }) })))).toContain('run-as-user spec.containers[0].securityContext.runAsUser');
  });
});
