import { readFileSync } from 'node:fs';

/**
 * Every field of `metadata` and `spec` of a Pod, one a line, as the OpenAPI document of Kubernetes 1.36 has them.
 * `UPDATE_GOLDEN=1 npm run test:cluster -- test/cluster/pod-fields.test.ts` writes the file anew from a running API server.
 */
export const POD_FIELDS = new URL('./pod-fields.txt', import.meta.url);

export function knownPodFields(): string[] {
  return readFileSync(POD_FIELDS, 'utf8').trimEnd().split('\n');
}
