import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import type { ReviewContext } from '../../../src/core/admission/context.ts';
import { resourceOfKind } from '../../../src/core/admission/resources.ts';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { CONTAINED, FACTS, SETTINGS } from '../checks/pods.ts';

export const POD = { group: '', version: 'v1', kind: 'Pod' };
export const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };

export const derive = (pod: Pod): Pod => inject(pod, SETTINGS);

/** A namespace that takes agents, in a cluster where everything is known. */
export function contextOf(mode = 'enforce', changes: Partial<ReviewContext> = {}): ReviewContext {
  return { namespaceLabels: { 'sallyport.dev/agents': mode }, profile: CONTAINED, derive, facts: FACTS, ...changes };
}

export function creationOf(object: unknown, changes: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return { uid: 'u1', kind: POD, resource: resourceOfKind(changes.kind ?? POD), namespace: 'agents', name: 'triage', operation: 'CREATE', object, ...changes };
}

export function updateOf(oldObject: unknown, object: unknown, changes: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return creationOf(object, { operation: 'UPDATE', oldObject, ...changes });
}

export function templateOf(pod: Pod): object {
  return { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 1, template: { metadata: { labels: { app: 'triage' } }, spec: pod.spec } } };
}
