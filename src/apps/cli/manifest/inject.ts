import { allAt } from '../../../core/admission/workloads.ts';
import { readPod } from '../../../core/checks/read-pod.ts';
import { SIDECAR_CONTAINERS } from '../../../core/checks/sidecar.ts';
import { inject } from '../../../core/injection/inject.ts';
import type { InjectionSettings } from '../../../core/injection/settings.ts';
import { replacedAt, stepsOfField } from '../../../core/terms/field-path.ts';
import { isObject } from '../../../core/terms/is-object.ts';
import type { Members } from './read.ts';
import type { Subject } from './subject.ts';

/** The object with the sidecar in its pods or templates, as the cluster would make it; a pod that cannot be read stays, which the review tells. */
export function injectObject(object: Members, { path, namespace }: Pick<Subject, 'path' | 'namespace'>, settings: InjectionSettings): Members {
  return allAt(object, path ?? []).reduce((injected, { field, value }) => {
    const read = readPod(value);
    if (!read.ok) return injected;
    const { spec } = inject({ ...read.pod, metadata: { ...read.pod.metadata, namespace } }, settings);
    return replacedAt(injected, [...stepsOfField(field), 'spec'], spec) as Members;
  }, object);
}

/** Where a field of the injected object stands in the manifest: the sidecar moved the init containers down. */
export function originalField(field: string, object: Members, { path }: Pick<Subject, 'path'>): string {
  const pod = allAt(object, path ?? []).find((one) => field.startsWith(prefixOf(one.field)));
  if (pod === undefined) return field;
  const prefix = prefixOf(pod.field);
  const index = Number.parseInt(field.slice(prefix.length), 10);
  const original = ownInitContainers(pod.value)[index - SIDECAR_CONTAINERS.size];
  return original === undefined ? field : `${prefix}${original}${field.slice(prefix.length + String(index).length)}`;
}

function prefixOf(pod: string): string {
  return `${pod === '' ? '' : `${pod}.`}spec.initContainers[`;
}

/** Positions of the init containers that are not the sidecar's. */
function ownInitContainers(pod: unknown): number[] {
  const spec = isObject(pod) && isObject(pod['spec']) ? pod['spec'] : {};
  const containers = spec['initContainers'];
  return Array.isArray(containers) ? containers.flatMap((one: unknown, index) => (isObject(one) && SIDECAR_CONTAINERS.has(String(one['name'])) ? [] : [index])) : [];
}
