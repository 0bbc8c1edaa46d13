import { nearest } from '../policy/nearest.ts';
import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';
import {
  CONTAINER_MEMBERS, CONTEXT_MEMBERS, ENV_FROM_MEMBERS, HANDLER_MEMBERS, LIFECYCLE_MEMBERS, MOUNT_MEMBERS, POD_CONTEXT_MEMBERS, RESOURCES_MEMBERS, SPEC_MEMBERS, VALUE_FROM_MEMBERS,
} from './pod-members.ts';
import { handlersOf, type ContainerAt, type PodView } from './view.ts';

/**
 * No field is there that nobody has looked at: a newer Kubernetes may have given it to pods, and a misspelt one does not do what it says.
 *
 *   field                                                                     allowed
 *   spec, spec.securityContext, spec.resources                                the members that Kubernetes 1.36 gives them
 *   containers[*], and in it securityContext, resources, lifecycle, probes,
 *     hooks, env[*].valueFrom, envFrom[*] and volumeMounts[*]                 the same
 *
 * Types of volumes, and of what they gather, are the business of volume-types.
 */
export const knownFields: Check = {
  id: 'known-fields',
  title: 'Every field is one that somebody has looked at',
  essential: false,
  review: (view) => objectsOf(view).flatMap(({ object = {}, members, field }) => Object.keys(object).filter((name) => !members.has(name)).map((name, index) => ({
    reason: 'unknown-field',
    field: `${field}.${name}`,
    message: `${quoted(name)} is no field that this version knows`,
    fix: fixFor(name, index < MOST_SLIPS ? members : []),
  }))),
};

/** Beyond these nobody mistyped: a hostile object has thousands, and to look for what each might mean takes time. */
const MOST_SLIPS = 5;

interface ObjectAt {
  readonly object: object | undefined;
  readonly members: ReadonlySet<string>;
  readonly field: string;
}

function objectsOf(view: PodView): ObjectAt[] {
  const { spec } = view;
  return [
    { object: spec, members: SPEC_MEMBERS, field: 'spec' },
    { object: spec.securityContext, members: POD_CONTEXT_MEMBERS, field: 'spec.securityContext' },
    { object: spec.resources, members: RESOURCES_MEMBERS, field: 'spec.resources' },
    ...view.containers.flatMap(inContainer),
    ...handlersOf(view).map(({ handler, field }) => ({ object: handler, members: HANDLER_MEMBERS, field })),
  ];
}

function inContainer({ container, field }: ContainerAt): ObjectAt[] {
  return [
    { object: container, members: CONTAINER_MEMBERS, field },
    { object: container.securityContext, members: CONTEXT_MEMBERS, field: `${field}.securityContext` },
    { object: container.resources, members: RESOURCES_MEMBERS, field: `${field}.resources` },
    { object: container.lifecycle, members: LIFECYCLE_MEMBERS, field: `${field}.lifecycle` },
    ...(container.env ?? []).flatMap(({ valueFrom }, index) => (valueFrom === undefined ? [] : [{ object: valueFrom, members: VALUE_FROM_MEMBERS, field: `${field}.env[${index}].valueFrom` }])),
    ...(container.envFrom ?? []).map((object, index) => ({ object, members: ENV_FROM_MEMBERS, field: `${field}.envFrom[${index}]` })),
    ...(container.volumeMounts ?? []).map((object, index) => ({ object, members: MOUNT_MEMBERS, field: `${field}.volumeMounts[${index}]` })),
  ];
}

function fixFor(name: string, members: Iterable<string>): string {
  const meant = nearest(name, members);
  return meant === undefined ? 'take it out, or run a version of Sallyport that knows it' : `write ${meant} if that is meant, or take it out`;
}
