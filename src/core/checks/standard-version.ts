import type { ProfileSpec } from '../policy/profile.ts';

type Version = ProfileSpec['podSecurity']['version'];

/** Whether a version of the Pod Security standard is the one of a minor of Kubernetes (`35` for v1.35) or a later one; `latest` always is. */
export function isSince(version: Version, minor: number): boolean {
  return version === 'latest' || Number(version.slice('v1.'.length)) >= minor;
}
