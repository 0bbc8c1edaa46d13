import { z } from 'zod';
import { label, shaped } from './fields.ts';

/** The name of an object, as most kinds of Kubernetes have them (RFC 1123 subdomain). */
export function objectName(description: string) {
  return shaped(description, 253, /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'lower-case letters, digits, and inner hyphens and dots');
}

const name = objectName('Name of the object.');

/** What the API server adds to an object, or people add for themselves (meta/v1 ObjectMeta). None of it takes part in a decision. */
export const ignored = Object.fromEntries(
  ['labels', 'annotations', 'creationTimestamp', 'deletionGracePeriodSeconds', 'deletionTimestamp', 'finalizers', 'generation', 'managedFields', 'ownerReferences', 'resourceVersion', 'selfLink', 'uid']
    .map((key) => [key, z.unknown().optional()]),
);

/** Only name and namespace are kept: else each touch by the API server would change a snapshot's digest. */
export const namespacedMetadata = z
  .strictObject({ name, namespace: label('Namespace whose agents the policy is for.'), ...ignored })
  .transform((kept) => ({ name: kept.name, namespace: kept.namespace }));

export const clusterMetadata = z.strictObject({ name, ...ignored }).transform((kept) => ({ name: kept.name }));
