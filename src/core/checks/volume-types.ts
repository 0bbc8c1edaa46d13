import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import { sourcesOf, type PodView } from './view.ts';

/**
 * Volumes are of listed types. What a projected volume gathers counts as a volume of its own (CVE-2024-3177), and a type
 * that this version does not know is not on the list.
 *
 *   field                                   allowed
 *   spec.volumes[*].TYPE                    spec.volumeTypes of the profile; exactly one
 *   spec.volumes[*].projected.sources[*]    the same; serviceAccountToken is the business of token-audience and service-account-token
 *
 * Stricter than the standard in every version: that allows volumes of type image too, and any source of a projected one. Source: Pod
 * Security Standards, "Volume Types".
 */
export const volumeTypes: Check = {
  id: 'volume-types',
  title: 'Volumes are of listed types',
  essential: true,
  review: (view, { profile }) => [...unlisted(view, profile.spec.volumeTypes), ...ambiguous(view)],
};

function unlisted(view: PodView, listed: readonly string[]): Finding[] {
  return sourcesOf(view).filter(({ type, field }) => !(listed.includes(type) || isToken(type, field))).map(({ type, field, title }) => ({
    reason: 'volume-type',
    field,
    message: `${title} is of type ${quoted(type)}, which the profile does not list`,
    fix: `use one of ${listed.join(', ') || 'none: the profile lists no type'}`,
  }));
}

function ambiguous(view: PodView): Finding[] {
  return view.volumes.filter(({ volume }) => Object.keys(volume).length !== 2).map(({ field, title }) => ({
    reason: 'volume-ambiguous',
    field,
    message: `${title} does not have exactly one type`,
    fix: 'give the volume one type',
  }));
}

function isToken(type: string, field: string): boolean {
  return type === 'serviceAccountToken' && field.includes('.projected.sources[');
}
