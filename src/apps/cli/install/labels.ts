import { SYSTEM_NAMESPACE } from '../../../adapters/kube/names.ts';

export type Component = 'webhook' | 'controller' | 'access' | 'admission';

export interface Meta {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Metadata of a cluster-scoped object. */
export function clusterMeta(name: string, component: Component): Meta {
  return { name, labels: { ...podLabels(component), 'app.kubernetes.io/part-of': 'sallyport' } };
}

/** Metadata of an object in `sallyport-system`. */
export function systemMeta(name: string, component: Component): Meta & { readonly namespace: string } {
  return { ...clusterMeta(name, component), namespace: SYSTEM_NAMESPACE };
}

/** What selects the pods of one component. */
export function podLabels(component: Component): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'sallyport', 'app.kubernetes.io/component': component };
}
