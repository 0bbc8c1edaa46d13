import { quoted } from '../terms/quote.ts';
import { same } from './differences.ts';
import type { Container, EnvVar, Pod, PodSecurityContext, PodSpec, Probe, SecurityContext, Volume } from './pod.ts';
import { SIDECAR_CONTAINERS, SIDECAR_VOLUMES } from './sidecar.ts';

type ContainerKind = 'container' | 'init container' | 'restartable init container' | 'ephemeral container';

export interface ContainerAt {
  readonly kind: ContainerKind;
  readonly container: Container;
  readonly field: string;
  /** For sentences, such as `init container "setup"`. */
  readonly title: string;
}

interface VolumeAt {
  readonly volume: Volume;
  readonly field: string;
  /** For sentences, such as `volume "data"`. */
  readonly title: string;
}

/** What the two kinds of security context share. */
type CommonContext = Pick<SecurityContext, keyof SecurityContext & keyof PodSecurityContext>;

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

/**
 * Shows a pod. Containers and volumes of the sidecar that are exactly what `expected` has in their place are left out: they are
 * proven, and the checks are not about them. Under our names alone nothing is spared. The others keep their positions in field paths.
 */
export function viewPod(pod: Pod, expected?: Pod): PodView {
  const { containers, initContainers, ephemeralContainers, volumes, ...spec } = pod.spec;
  return {
    metadata: pod.metadata ?? {},
    spec,
    containers: [
      ...place(initContainers ?? [], 'spec.initContainers', (one) => (one.restartPolicy === 'Always' ? 'restartable init container' : 'init container'))
        .filter(({ container }, index) => !(SIDECAR_CONTAINERS.has(container.name) && same(container, expected?.spec.initContainers?.[index]))),
      ...place(containers, 'spec.containers', () => 'container'),
      ...place(ephemeralContainers ?? [], 'spec.ephemeralContainers', () => 'ephemeral container'),
    ],
    volumes: (volumes ?? [])
      .map((volume, index) => ({ volume, field: `spec.volumes[${index}]`, title: `volume ${quoted(volume.name)}` }))
      .filter(({ volume }, index) => !(SIDECAR_VOLUMES.has(volume.name) && same(volume, expected?.spec.volumes?.[index]))),
  };
}

/** The pod's own security context and that of every container. */
export function securityContextsOf(view: PodView): { readonly context: CommonContext; readonly field: string; readonly title: string }[] {
  return [
    { context: view.spec.securityContext, field: 'spec', title: 'the pod' },
    ...view.containers.map(({ container, field, title }) => ({ context: container.securityContext, field, title })),
  ].flatMap(({ context, field, title }) => (context === undefined ? [] : [{ context, field: `${field}.securityContext`, title }]));
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

/**
 * Every service-account token that a volume projects. What the API server mounts on its own is left out, but not what names an
 * audience under that volume's name: the API server's own audience is the empty one.
 */
export function projectedTokens(view: PodView): { readonly audience: string; readonly field: string; readonly title: string }[] {
  return view.volumes.flatMap(({ volume, field, title }) => (volume.projected?.sources ?? []).flatMap(({ serviceAccountToken: token }, index) => {
    const audience = token?.audience ?? '';
    if (token === undefined || (audience === '' && isAutomounted(view, volume.name))) return [];
    return [{ audience, field: `${field}.projected.sources[${index}].serviceAccountToken`, title }];
  }));
}

function isAutomounted({ spec }: PodView, name: string): boolean {
  return spec.automountServiceAccountToken !== false && name.startsWith('kube-api-access-');
}

function place(containers: readonly Container[], list: string, kindOf: (one: Container) => ContainerKind): ContainerAt[] {
  return containers.map((container, index) => {
    const kind = kindOf(container);
    return { kind, container, field: `${list}[${index}]`, title: `${kind} ${quoted(container.name)}` };
  });
}
