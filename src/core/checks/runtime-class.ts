import type { ProfileSpec } from '../policy/profile.ts';
import { quoted } from '../terms/quote.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import { unknownFact } from './unknown-fact.ts';

/**
 * Where the profile demands one, the pod runs in a sandboxed runtime.
 *
 *   field                   allowed
 *   spec.runtimeClassName   one of spec.runtimeClassNames.allowed that exists and whose handler is one of spec.runtimeClassNames.handlers;
 *                           anything where spec.runtimeClassNames.required is false
 *
 * The name alone proves nothing: whoever makes a RuntimeClass decides what it runs. The handler cannot change afterwards, so a running pod
 * is not asked for it again.
 */
export const runtimeClass: Check = {
  id: 'runtime-class',
  title: 'The pod runs in a sandboxed runtime',
  essential: false,
  onFacts: true,
  review: ({ spec }, context) => (context.profile.spec.runtimeClassNames.required ? findings(spec.runtimeClassName, context) : []),
};

const FIELD = 'spec.runtimeClassName';

function findings(name: string | undefined, { profile, facts, before }: CheckContext): Finding[] {
  const { allowed, handlers } = profile.spec.runtimeClassNames;
  if (name === undefined || !allowed.includes(name)) return [unlisted(name, allowed)];
  if (before !== undefined) return [];
  const handler = facts.runtimeHandler(name);
  if (!handler.known) return [unknownFact('runtime-class', FIELD, handler.sentence)];
  if (handler.value !== undefined && handlers.includes(handler.value)) return [];
  return [handler.value === undefined
    ? { reason: 'runtime-class-absent', field: FIELD, message: `there is no runtime class ${quoted(name)} in the cluster`, fix: `have it made, with one of the handlers ${brief(handlers)}, or name another of ${brief(allowed)}` }
    : { reason: 'runtime-class-handler', field: FIELD, message: `runtime class ${quoted(name)} runs handler ${quoted(handler.value)}, which is none that the profile counts as a sandbox`, fix: `name a runtime class with one of the handlers ${brief(handlers)}` }];
}

function unlisted(name: string | undefined, allowed: ProfileSpec['runtimeClassNames']['allowed']): Finding {
  return {
    reason: name === undefined ? 'runtime-class-missing' : 'runtime-class-unlisted',
    field: FIELD,
    message: name === undefined ? 'the pod runs in the node\'s ordinary runtime' : `runtime class ${quoted(name)} is none that the profile counts as a sandbox`,
    fix: allowed.length === 0 ? 'have the profile list a runtime class; it lists none' : `set runtimeClassName to one of ${brief(allowed)}`,
  };
}

const brief = (names: readonly string[]): string => [...names.slice(0, 8), ...(names.length > 8 ? ['...'] : [])].join(', ');
