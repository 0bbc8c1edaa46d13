import { describe, expect, test } from 'vitest';
import { clusterReport } from '../../../src/apps/cli/check-cluster-report.ts';
import { sallyport } from '../../fakes/command-line.ts';

const FAULT = { check: 'sidecar-intact', reason: 'sidecar-missing', field: 'spec.initContainers', message: 'the pod does not carry the sidecar', fix: 'create the pod again', link: 'docs', weight: 'deny' } as const;
const POD = { namespace: 'agents', name: 'triage', mode: 'enforce', profile: 'isolated' } as const;
const plain = (_style: string, text: string): string => text;

test('the report names each pod, what it is, and each fault with its fix, and counts', () => {
  const warning = { ...FAULT, check: 'image-source', field: '', message: 'no digest', fix: 'name one', weight: 'warn' } as const;
  const found = [{ ...POD, verdict: 'unproven', faults: [FAULT] }, { ...POD, name: 'other', verdict: 'warned', faults: [warning] }] as const;
  expect(clusterReport({ namespaces: ['agents', 'lab'], reviewed: 12, found }, plain)).toBe(`agents/triage: runs without a proven sidecar (profile isolated, enforce)
  fault spec.initContainers
    the pod does not carry the sidecar [sidecar-intact]
    fix: create the pod again

agents/other: would be let in with warnings (profile isolated, enforce)
  warning pod
    no digest [image-source]
    fix: name one

12 pods in 2 namespaces that take agents: 1 unproven, 0 undecided, 0 proven that would be refused, 1 with warnings alone; 1 fault, 1 warning`);
});

test('the report counts one pod in one namespace as one', () => {
  expect(clusterReport({ namespaces: ['agents'], reviewed: 1, found: [{ ...POD, verdict: 'unproven', faults: [FAULT, FAULT] }] }, plain).split('\n').at(-1))
    .toBe('1 pod in 1 namespace that takes agents: 1 unproven, 0 undecided, 0 proven that would be refused, 0 with warnings alone; 2 faults, 0 warnings');
});

describe('bad usage ends with 2 and says what was expected', () => {
  test.each([
    [['check'], 'expected files or folders to review, or --cluster'],
    [['check', '--cluster', 'pod.yaml'], '--cluster: expected no files beside it, got 1'],
    [['check', '--cluster', '--output', 'junit'], '--output: expected text or json with --cluster, got junit'],
    [['check', '--kubeconfig', 'x', 'pod.yaml'], '--kubeconfig: expected --cluster with it; files are reviewed without a cluster'],
    [['check', '-n', 'Bad_NS', 'pod.yaml'], 'Expected the name of a namespace: lower-case letters, digits and inner hyphens, at most 63.'],
    [['check', '--image', '', 'pod.yaml'], 'Expected NAME:TAG or, better, NAME@sha256: and 64 hexadecimal digits.'],
    [['check', '--link-key', 'xx', 'pod.yaml'], 'Expected an Ed25519 public key, 32 bytes in base64url.'],
    [['check', '--controller-ca', 'LICENSE', 'pod.yaml'], '--controller-ca: LICENSE: expected PEM certificates, got something else or a broken one'],
    [['check', '--cluster', '--kubeconfig', '/nowhere'], '--kubeconfig: /nowhere: cannot be read'],
  ])('%j', async (args, expected) => {
    const ended = await sallyport(...args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(expected);
  });
});
