import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NOTHING_KNOWN } from '../../../src/core/checks/facts.ts';
import { FIXABLE_REASONS, hardened } from '../../../src/core/checks/fixes.ts';
import { CHECKS, findFaults } from '../../../src/core/checks/index.ts';
import type { Pod, PodSpec } from '../../../src/core/checks/pod.ts';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';
import { stepsOfField, valueAt } from '../../../src/core/terms/field-path.ts';
import { goodContainer, goodPod } from './pods.ts';
import { EXAMPLES } from './examples/index.ts';

const EVERY_CHECK = new Set(CHECKS.map(({ id }) => id));
const isolated = { profile: BUILT_IN_PROFILES.isolated, facts: NOTHING_KNOWN };
const withContext = (own: object, spec: Partial<PodSpec> = {}): Pod => goodPod({ containers: [{ ...goodContainer(), securityContext: { ...goodContainer().securityContext, ...own } }], ...spec });

/** The pod with every fix, at one field. */
const fixedAt = (pod: Pod, field: string, also: ReadonlySet<string> = EVERY_CHECK): unknown => valueAt(hardened(pod, isolated, also), stepsOfField(field));

describe('a fix', () => {
  const container = 'spec.containers[0]';
  test.each<[reason: string, pod: Pod, field: string, value: unknown]>([
    ['privileged', withContext({ privileged: true }), `${container}.securityContext.privileged`, false],
    ['privilege-escalation', withContext({ allowPrivilegeEscalation: true }), `${container}.securityContext.allowPrivilegeEscalation`, false],
    ['capabilities-kept', withContext({ capabilities: { drop: ['NET_RAW'] } }), `${container}.securityContext.capabilities.drop`, ['NET_RAW', 'ALL']],
    ['root-user', withContext({ runAsUser: 0 }), `${container}.securityContext.runAsUser`, 10_001],
    ['proxy-user', withContext({ runAsUser: 14_141 }), `${container}.securityContext.runAsUser`, 10_001],
    ['root-writable', withContext({ readOnlyRootFilesystem: false }), `${container}.securityContext.readOnlyRootFilesystem`, true],
    ['proc-unmasked', withContext({ procMount: 'Unmasked' }), `${container}.securityContext.procMount`, 'Default'],
    ['seccomp-unfiltered', withContext({ seccompProfile: { type: 'Unconfined' } }), `${container}.securityContext.seccompProfile.type`, 'RuntimeDefault'],
    ['app-armor', withContext({ appArmorProfile: { type: 'Unconfined' } }), `${container}.securityContext.appArmorProfile.type`, 'RuntimeDefault'],
    ['se-linux', withContext({ seLinuxOptions: { user: 'u' } }), `${container}.securityContext.seLinuxOptions.user`, ''],
    ['host-network', goodPod({ hostNetwork: true }), 'spec.hostNetwork', false],
    ['host-pid', goodPod({ hostPID: true }), 'spec.hostPID', false],
    ['host-ipc', goodPod({ hostIPC: true }), 'spec.hostIPC', false],
    ['host-port', goodPod({ containers: [{ ...goodContainer(), ports: [{ hostPort: 80 }] }] }), `${container}.ports[0].hostPort`, 0],
    ['handler-host', goodPod({ containers: [{ ...goodContainer(), livenessProbe: { httpGet: { host: '192.0.2.1' } } }] }), `${container}.livenessProbe.httpGet.host`, ''],
    ['process-namespace-shared', goodPod({ shareProcessNamespace: true }), 'spec.shareProcessNamespace', false],
    ['token-automounted', goodPod({ automountServiceAccountToken: true }), 'spec.automountServiceAccountToken', false],
    ['node-name', goodPod({ nodeName: 'n' }), 'spec.nodeName', ''],
    ['limit-missing', goodPod({ containers: [{ ...goodContainer(), resources: {} }] }), `${container}.resources.limits`, { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '1Gi' }],
    ['limit-malformed', goodPod({ containers: [{ ...goodContainer(), resources: { limits: { cpu: 'x', memory: '1Gi', 'ephemeral-storage': '1Gi' } } }] }), `${container}.resources.limits.cpu`, '500m'],
    ['limit-too-high', goodPod({ containers: [{ ...goodContainer(), resources: { limits: { cpu: '99', memory: '1Gi', 'ephemeral-storage': '1Gi' } } }] }), `${container}.resources.limits.cpu`, '8'],
    ['lifetime-too-long', goodPod({ activeDeadlineSeconds: 9_999_999 }), 'spec.activeDeadlineSeconds', 28_800],
    ['termination-grace-too-long', goodPod({ terminationGracePeriodSeconds: 9_999 }), 'spec.terminationGracePeriodSeconds', 300],
    ['runtime-class-unlisted has none', goodPod({ runtimeClassName: 'odd' }), 'spec.runtimeClassName', 'odd'],
  ])('of %s sets the field to what lets it pass, once its check is decided for', (_, pod, field, value) => {
    expect(fixedAt(pod, field)).toEqual(value);
    expect(fixedAt(pod, field, new Set())).toEqual(valueAt(pod, stepsOfField(field)));
  });

  test('never asks for more than the profile allows', () => {
    const profile = { ...BUILT_IN_PROFILES.isolated, spec: { ...BUILT_IN_PROFILES.isolated.spec, limits: { ...BUILT_IN_PROFILES.isolated.spec.limits, memory: '64Mi' } } };
    const pod = hardened(goodPod({ containers: [{ ...goodContainer(), resources: {} }] }), { ...isolated, profile }, EVERY_CHECK);
    expect(pod.spec.containers[0]?.resources?.limits).toEqual({ cpu: '500m', memory: '64Mi', 'ephemeral-storage': '1Gi' });
  });

  test.each<[what: string, pod: Pod, expected: Partial<PodSpec>]>([
    ['where the pod names another user', { spec: { securityContext: { runAsUser: 5 }, containers: [{ name: 'a' }] } }, { securityContext: expect.objectContaining({ runAsUser: 5, runAsNonRoot: true }) }],
    ['where the container names one, there', { spec: { containers: [{ name: 'a', securityContext: { runAsUser: 5 } }] } }, { securityContext: { seccompProfile: { type: 'RuntimeDefault' } }, containers: [expect.objectContaining({ securityContext: expect.objectContaining({ runAsNonRoot: true }) })] }],
    ['not where the image may run as root', { spec: { containers: [{ name: 'a' }] } }, { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }],
    ['not where root is asked for', { spec: { securityContext: { runAsUser: 0 }, containers: [{ name: 'a' }] } }, { securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } } }],
  ])('says of itself that it is not root %s', (_, pod, expected) => {
    expect(hardened(pod, isolated, new Set()).spec).toMatchObject(expected);
  });
});

describe('every pod that fails a check', () => {
  test.each(Object.entries(EXAMPLES))('%s: is hardened to what hardening leaves, and what is left needs a person', (_id, { fail }) => {
    for (const [name, { pod }] of Object.entries(fail)) {
      const once = hardened(pod, isolated, EVERY_CHECK);
      expect(hardened(once, isolated, EVERY_CHECK), name).toEqual(once);
      const left = findFaults({ ...isolated, pod: once }).map(({ reason }) => reason);
      expect(left.filter((reason) => FIXABLE_REASONS.includes(reason)), name).toEqual([]);
    }
  });
});

test('every reason that has a fix is one that a check gives', () => {
  const folder = new URL('../../../src/core/checks/', import.meta.url);
  const sources = readdirSync(folder).filter((name) => name !== 'fixes.ts').map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
  expect(FIXABLE_REASONS.filter((reason) => !sources.includes(`'${reason}'`))).toEqual([]);
});
