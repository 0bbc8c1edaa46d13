import * as fc from 'fast-check';
import jsonPatch from 'fast-json-patch';
import { describe, expect, test } from 'vitest';
import { inject } from '../../../src/core/injection/inject.ts';
import { injectionPatch } from '../../../src/core/injection/patch.ts';
import { goodPod, SETTINGS } from '../checks/pods.ts';
import { anyPod } from './generated-pods.ts';

describe('the patch', () => {
  test('turns any pod into the injected one', () => {
    fc.assert(fc.property(anyPod, (pod) => {
      const patch = JSON.parse(JSON.stringify(injectionPatch(pod, inject(pod, SETTINGS)))) as jsonPatch.Operation[];
      const patched = jsonPatch.applyPatch(structuredClone(pod), patch, true).newDocument;
      expect(patched).toEqual(inject(pod, SETTINGS));
    }), { numRuns: 500 });
  });

  test('is empty for an injected pod', () => {
    const injected = inject(goodPod(), SETTINGS);
    expect(injectionPatch(injected, inject(injected, SETTINGS))).toEqual([]);
  });

  test('adds what is absent and replaces what is there', () => {
    const pod = goodPod({ dnsPolicy: 'ClusterFirst' });
    expect(injectionPatch(pod, inject(pod, SETTINGS)).map(({ op, path }) => `${op} ${path}`)).toEqual([
      'replace /spec/containers', 'replace /spec/dnsPolicy', 'add /spec/initContainers', 'add /spec/volumes', 'add /spec/securityContext', 'add /spec/dnsConfig',
    ]);
  });
});
