import { known, unknown } from '../../../../src/core/terms/fact.ts';
import type { ProfileSpec } from '../../../../src/core/policy/profile.ts';
import { type Example, type Examples, type Failing, specWith } from './example.ts';

const runtimeClassNames: ProfileSpec['runtimeClassNames'] = { required: true, allowed: ['gvisor', 'sandboxed'], handlers: ['runsc'] };
const says = 'the profile requires a runtime class, gvisor or sandboxed, with handler runsc';
const given = { says, profile: { runtimeClassNames } };
const running = (runtimeClassName: string, ...faults: string[]): Failing => ({ ...specWith({ runtimeClassName }, ...faults), given });
const lets = ({ pod, given }: Failing): Example => ({ pod, ...(given === undefined ? {} : { given }) });

export const runtimeClass: Examples = {
  pass: { listed: lets(running('gvisor')), 'none-where-none-is-required': { pod: specWith({}).pod } },
  fail: {
    absent: { ...specWith({}, 'runtime-class-missing spec.runtimeClassName'), given },
    unlisted: running('ordinary', 'runtime-class-unlisted spec.runtimeClassName'),
    'not-in-the-cluster': running('sandboxed', 'runtime-class-absent spec.runtimeClassName'),
    'ordinary-handler': {
      ...running('gvisor', 'runtime-class-handler spec.runtimeClassName'),
      given: { ...given, says: `${says}; class gvisor has handler runc`, facts: { runtimeHandler: () => known('runc') } },
    },
    'nobody-knows': {
      ...running('gvisor', 'runtime-class-unknown spec.runtimeClassName'),
      given: { ...given, says: `${says}; the cluster's classes are not known`, facts: { runtimeHandler: () => unknown('Runtime classes have not been listed yet.') } },
    },
  },
};
