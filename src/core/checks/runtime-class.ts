import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';

/**
 * Where the profile demands one, the pod runs in a sandboxed runtime.
 *
 *   field                   allowed
 *   spec.runtimeClassName   one of spec.runtimeClassNames.allowed, where spec.runtimeClassNames.required; else anything
 */
export const runtimeClass: Check = {
  id: 'runtime-class',
  title: 'The pod runs in a sandboxed runtime',
  essential: false,
  review: ({ spec }, { profile }) => {
    const { required, allowed } = profile.spec.runtimeClassNames;
    const name = spec.runtimeClassName;
    if (!required || (name !== undefined && allowed.includes(name))) return [];
    return [{
      reason: name === undefined ? 'runtime-class-missing' : 'runtime-class-unlisted',
      field: 'spec.runtimeClassName',
      message: name === undefined ? 'the pod runs in the node\'s ordinary runtime' : `runtime class ${quoted(name)} is none that the profile counts as a sandbox`,
      fix: `set runtimeClassName to one of ${allowed.join(', ') || 'none: the profile lists no runtime class'}`,
    }];
  },
};
