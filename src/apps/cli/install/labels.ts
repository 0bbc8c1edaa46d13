import { CONTROLLER, SYSTEM_NAMESPACE, WEBHOOK } from '../../../core/terms/fixed-names.ts';

export type Component = typeof WEBHOOK | typeof CONTROLLER;

export interface Meta {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Metadata of a cluster-scoped object. */
export function clusterMeta(name: string): Meta {
  return { name, labels: { 'app.kubernetes.io/part-of': 'sallyport' } };
}

/** Metadata of an object in `sallyport-system`. */
export function systemMeta(name: string): Meta & { readonly namespace: string } {
  return { ...clusterMeta(name), namespace: SYSTEM_NAMESPACE };
}

/** What selects the pods of one server. */
export function podLabels(component: Component): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': component, 'app.kubernetes.io/part-of': 'sallyport' };
}
