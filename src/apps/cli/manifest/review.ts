import { resourceOfKind } from '../../../core/admission/resources.ts';
import { review } from '../../../core/admission/review.ts';
import type { Fault } from '../../../core/checks/check.ts';
import { inject } from '../../../core/injection/inject.ts';
import type { InjectionSettings } from '../../../core/injection/settings.ts';
import type { SandboxProfile } from '../../../core/policy/profile.ts';
import { AGENTS_LABEL } from '../../../core/terms/fixed-names.ts';
import { injectObject, originalField } from './inject.ts';
import type { Manifest } from './read.ts';
import type { Subject } from './subject.ts';

export interface ReviewedManifest {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly verdict: 'admitted' | 'refused';
  readonly profile: string;
  readonly faults: readonly (Fault & { readonly line: number })[];
}

/** Reviews one object as the cluster would: injected first, then judged by the webhook's own code. */
export function reviewManifest(manifest: Manifest, subject: Subject, profile: SandboxProfile, settings: InjectionSettings): ReviewedManifest {
  const { object, file, lineOf } = manifest;
  const { kind, namespace, name, path } = subject;
  const answer = review(
    { uid: 'check', kind, resource: resourceOfKind(kind), namespace, name, operation: 'CREATE', object: path.length === 0 ? injectObject(object, subject, settings) : object },
    { namespaceLabels: { [AGENTS_LABEL]: 'enforce' }, profile, derive: (pod) => inject(pod, settings) },
  );
  const faults = answer.faults.map((fault) => {
    const field = originalField(fault.field, object, path);
    return { ...fault, field, line: lineOf(field) };
  });
  const verdict = faults.some(({ weight }) => weight === 'deny') ? 'refused' : 'admitted';
  return { file, line: lineOf(''), kind: kind.kind, namespace, name, verdict, profile: profile.metadata.name, faults };
}
