import type { Fault, Finding } from '../checks/check.ts';
import { checkLink } from '../checks/index.ts';

/** A fault that no check of pods finds, but the review itself. It always denies, and nobody is exempt from it. */
export function ownFault(finding: Finding): Fault {
  return { check: 'admission', ...finding, link: checkLink('admission'), weight: 'deny' };
}
