import { at, type PodPath } from '../../../core/admission/workloads.ts';
import { readPod } from '../../../core/checks/read-pod.ts';
import { SIDECAR_CONTAINERS } from '../../../core/checks/sidecar.ts';
import { inject } from '../../../core/injection/inject.ts';
import type { InjectionSettings } from '../../../core/injection/settings.ts';
import { isObject } from '../../../core/terms/is-object.ts';
import type { Members } from './read.ts';
import type { Subject } from './subject.ts';

/** The object with the sidecar in its pod or template, as the cluster would make it; unchanged where the pod cannot be read, which the review tells. */
export function injectObject(object: Members, { path, namespace }: Subject, settings: InjectionSettings): Members {
  const read = readPod(at(object, path));
  if (!read.ok) return object;
  const { spec } = inject({ ...read.pod, metadata: { ...read.pod.metadata, namespace } }, settings);
  return replaced(object, [...path, 'spec'], spec);
}

/** Where a field of the injected object stands in the manifest: the sidecar moved the init containers down. */
export function originalField(field: string, object: Members, path: PodPath): string {
  const list = [...path, 'spec', 'initContainers'];
  const containers = at(object, list);
  const own = Array.isArray(containers) ? containers.flatMap((one: unknown, index) => (isObject(one) && SIDECAR_CONTAINERS.has(String(one['name'])) ? [] : [index])) : [];
  const prefix = `${list.join('.')}[`;
  if (!field.startsWith(prefix)) return field;
  const index = Number.parseInt(field.slice(prefix.length), 10);
  const original = own[index - SIDECAR_CONTAINERS.size];
  return original === undefined ? field : `${prefix}${original}${field.slice(prefix.length + String(index).length)}`;
}

function replaced(object: Members, [name, ...rest]: PodPath, value: unknown): Members {
  if (name === undefined) return object;
  const member = object[name];
  return { ...object, [name]: rest.length === 0 || !isObject(member) ? value : replaced(member, rest, value) };
}
