import { z } from 'zod';
import { label, shaped } from './fields.ts';

const objectName = shaped('Name of the object.', 253, /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'lower-case letters, digits, and inner hyphens and dots');

/** What the API server adds to an object, or people add for themselves (meta/v1 ObjectMeta). None of it takes part in a decision. */
const ignored = Object.fromEntries(
  ['labels', 'annotations', 'creationTimestamp', 'deletionGracePeriodSeconds', 'deletionTimestamp', 'finalizers', 'generation', 'managedFields', 'ownerReferences', 'resourceVersion', 'selfLink', 'uid']
    .map((key) => [key, z.unknown().optional()]),
);

/** Only name and namespace are kept: else each touch by the API server would change a snapshot's digest. */
export const namespacedMetadata = z
  .strictObject({ name: objectName, namespace: label('Namespace whose agents the policy is for.'), ...ignored })
  .transform(({ name, namespace }) => ({ name, namespace }));

export const clusterMetadata = z.strictObject({ name: objectName, ...ignored }).transform(({ name }) => ({ name }));
