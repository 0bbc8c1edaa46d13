import type { Container, EnvVar, Pod, PodSpec, Probe, Volume } from './pod.ts';
import { SIDECAR_CONTAINERS, SIDECAR_VOLUMES } from './sidecar.ts';

type ContainerKind = 'container' | 'init container' | 'restartable init container' | 'ephemeral container';

export interface ContainerAt {
  readonly kind: ContainerKind;
  readonly container: Container;
  readonly field: string;
  /** For sentences, such as `init container "setup"`. */
  readonly title: string;
}

export interface VolumeAt {
  readonly volume: Volume;
  readonly field: string;
  /** For sentences, such as `volume "data"`. */
  readonly title: string;
}

/**
 * A pod as the checks see it. Containers and volumes stand here in one list each, whatever position they hold in the pod,
 * and nowhere else: a check cannot forget the init or the ephemeral ones (CVE-2023-2727, CVE-2024-3177).
 */
export interface PodView {
  readonly metadata: NonNullable<Pod['metadata']>;
  readonly spec: Omit<PodSpec, 'containers' | 'initContainers' | 'ephemeralContainers' | 'volumes'>;
  readonly containers: readonly ContainerAt[];
  readonly volumes: readonly VolumeAt[];
}

/** Shows a pod. Where the sidecar is proven its own containers and volumes are left out; the others keep their positions in field paths. */
export function viewPod(pod: Pod, sidecar: 'proven' | 'unproven'): PodView {
  const exempt = (name: string, names: ReadonlySet<string>) => sidecar === 'proven' && names.has(name);
  const { containers, initContainers, ephemeralContainers, volumes, ...spec } = pod.spec;
  return {
    metadata: pod.metadata ?? {},
    spec,
    containers: [
      ...place(initContainers ?? [], 'spec.initContainers', (one) => (one.restartPolicy === 'Always' ? 'restartable init container' : 'init container'))
        .filter((one) => !exempt(one.container.name, SIDECAR_CONTAINERS)),
      ...place(containers, 'spec.containers', () => 'container'),
      ...place(ephemeralContainers ?? [], 'spec.ephemeralContainers', () => 'ephemeral container'),
    ],
    volumes: (volumes ?? [])
      .map((volume, index) => ({ volume, field: `spec.volumes[${index}]`, title: `volume ${quote(volume.name)}` }))
      .filter((one) => !exempt(one.volume.name, SIDECAR_VOLUMES)),
  };
}

/** Every probe and lifecycle hook of every container. */
export function handlersOf(view: PodView): { readonly handler: Probe; readonly field: string; readonly title: string }[] {
  return view.containers.flatMap(({ container, field, title }) => {
    const places: [string, Probe | undefined][] = [
      ['livenessProbe', container.livenessProbe],
      ['readinessProbe', container.readinessProbe],
      ['startupProbe', container.startupProbe],
      ['lifecycle.postStart', container.lifecycle?.postStart],
      ['lifecycle.preStop', container.lifecycle?.preStop],
    ];
    return places.flatMap(([name, handler]) => (handler === undefined ? [] : [{ handler, field: `${field}.${name}`, title: `${name} of ${title}` }]));
  });
}

/** Every Secret that becomes environment variables, by `env` or `envFrom`. */
export function secretsInEnvironment(view: PodView): { readonly secret: string; readonly field: string; readonly title: string }[] {
  return view.containers.flatMap(({ container, field, title }) => [
    ...(container.env ?? []).flatMap((variable: EnvVar, index) => {
      const reference = variable.valueFrom?.secretKeyRef;
      return reference === undefined ? [] : [{ secret: reference.name ?? '', field: `${field}.env[${index}].valueFrom.secretKeyRef`, title }];
    }),
    ...(container.envFrom ?? []).flatMap(({ secretRef }, index) =>
      secretRef === undefined ? [] : [{ secret: secretRef.name ?? '', field: `${field}.envFrom[${index}].secretRef`, title }]),
  ]);
}

/** Every source of every volume by its type: what a volume is, and what a projected volume gathers. */
export function sourcesOf(view: PodView): { readonly type: string; readonly field: string; readonly title: string }[] {
  return view.volumes.flatMap(({ volume, field, title }) => [
    ...Object.keys(volume).filter((key) => key !== 'name').map((type) => ({ type, field: `${field}.${type}`, title })),
    ...(volume.projected?.sources ?? []).flatMap((source, index) =>
      Object.keys(source).map((type) => ({ type, field: `${field}.projected.sources[${index}].${type}`, title: `projected ${title}` }))),
  ]);
}

/** Quotes a name of the pod's own for a sentence: escaped, and cut at 80 characters. */
export function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name);
}

function place(containers: readonly Container[], list: string, kindOf: (one: Container) => ContainerKind): ContainerAt[] {
  return containers.map((container, index) => {
    const kind = kindOf(container);
    return { kind, container, field: `${list}[${index}]`, title: `${kind} ${quote(container.name)}` };
  });
}
