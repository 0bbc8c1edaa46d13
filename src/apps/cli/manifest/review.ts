import { reviewOwnObject } from '../../../core/admission/own-kinds.ts';
import type { AdmissionRequest } from '../../../core/admission/request.ts';
import { review } from '../../../core/admission/review.ts';
import type { Fault } from '../../../core/checks/check.ts';
import { inject } from '../../../core/injection/inject.ts';
import type { InjectionSettings } from '../../../core/injection/settings.ts';
import type { SandboxProfile } from '../../../core/policy/profile.ts';
import type { Position } from '../../../core/policy/documents.ts';
import { AGENT_LABEL } from '../../../core/terms/fixed-names.ts';
import { allAt, at } from '../../../core/admission/workloads.ts';
import { injectObject, originalField } from './inject.ts';
import type { Manifest } from './read.ts';
import { subjectOf, type Subject } from './subject.ts';
import type { Setting, World } from './world.ts';

export type PlacedFault = Fault & Position;

export interface ReviewedManifest extends Position {
  readonly file: string;
  /** The chart's template that it is made of, where the text says so. */
  readonly source?: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly verdict: 'admitted' | 'refused';
  /** Absent for objects of ours. */
  readonly profile?: string;
  readonly mode: Setting['mode'];
  readonly faults: readonly PlacedFault[];
}

export interface Reviewed {
  readonly reviewed: readonly ReviewedManifest[];
  /** How many objects of each kind were passed over, because gate one has nothing to say of them. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** What the input leaves open and was assumed, a sentence each. */
  readonly assumptions: readonly string[];
}

/** What injection is made with under a profile. */
export type SettingsFor = (profile: SandboxProfile) => InjectionSettings;

/** Reviews every object as the cluster would: injected first, then judged by the webhook's own code. Throws `InputFault`. */
export function reviewManifests(manifests: readonly Manifest[], world: World, settingsFor: SettingsFor, now: number): Reviewed {
  const reviewed: ReviewedManifest[] = [];
  const passedOver = new Map<string, number>();
  const assumptions = new Set<string>();
  for (const manifest of manifests) {
    const subject = subjectOf(manifest, world.usual, world.templates);
    const setting = world.setting(subject?.namespace ?? '');
    if (subject === undefined || !concerns(manifest, subject, setting)) {
      const kind = String(manifest.object['kind']);
      passedOver.set(kind, (passedOver.get(kind) ?? 0) + 1);
      continue;
    }
    if (subject.path !== undefined) for (const one of setting.assumptions) assumptions.add(one);
    reviewed.push(reviewManifest(manifest, subject, world, settingsFor, now));
  }
  return { reviewed, passedOver, assumptions: [...assumptions] };
}

/** Where a namespace takes no agents, the webhook is only asked about pods that call themselves one. */
function concerns({ object }: Manifest, { path }: Subject, { takesAgents }: Setting): boolean {
  return path === undefined || takesAgents || allAt(object, path).some(({ value }) => at(value, ['metadata', 'labels', AGENT_LABEL]) !== undefined);
}

function reviewManifest(manifest: Manifest, subject: Subject, world: World, settingsFor: SettingsFor, now: number): ReviewedManifest {
  const { object, file, source, positionOf } = manifest;
  const setting = world.setting(subject.namespace);
  const found = subject.path === undefined ? reviewOwnObject(requestFor(subject, object), now).faults : faultsOf(object, subject, setting, world, settingsFor, now);
  const faults = found.map((fault) => placed(fault, manifest, subject));
  return {
    file,
    ...positionOf(''),
    ...(source === undefined ? {} : { source }),
    kind: subject.kind.kind,
    namespace: subject.namespace,
    name: subject.name,
    verdict: faults.some(({ weight }) => weight === 'deny') ? 'refused' : 'admitted',
    ...(subject.path === undefined ? {} : { profile: setting.profile.metadata.name }),
    mode: setting.mode,
    faults,
  };
}

function faultsOf(object: Manifest['object'], subject: Subject, { labels, profile }: Setting, world: World, settingsFor: SettingsFor, now: number): readonly Fault[] {
  const settings = settingsFor(profile);
  const answer = review(requestFor(subject, subject.path?.length === 0 ? injectObject(object, subject, settings) : object), {
    namespaceLabels: labels,
    profile,
    derive: (pod) => inject(pod, settings),
    facts: world.facts,
    exemptions: world.exemptions,
    templates: world.templates,
    offline: true,
    now,
  });
  return answer.faults;
}

function requestFor({ kind, resource, namespace, name }: Subject, object: unknown): AdmissionRequest {
  return { uid: 'check', kind, resource, namespace, name, operation: 'CREATE', object };
}

function placed(fault: Fault, { object, positionOf }: Manifest, subject: Subject): PlacedFault {
  const field = originalField(fault.field, object, subject);
  return { ...fault, field, ...positionOf(field) };
}
