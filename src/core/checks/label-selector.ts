import { valueOf } from '../terms/string-map.ts';
import type { LabelSelector } from './facts.ts';

type Labels = Readonly<Record<string, string>>;
type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

/**
 * Whether a selector matches labels; the empty selector matches all. An operator that the API does not have matches nothing.
 *
 * Source: meta/v1 LabelSelector.
 */
export function matches({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => valueOf(labels, key) === value) && matchExpressions.every((one) => meets(one, valueOf(labels, one.key)));
}

function meets({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    default: return false;
  }
}
