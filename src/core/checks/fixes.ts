import type { ProfileSpec } from '../policy/profile.ts';
import { type FieldSteps, replacedAt, stepsOfField, valueAt } from '../terms/field-path.ts';
import type { CheckContext, Finding } from './check.ts';
import { same } from './differences.ts';
import { findFaults } from './index.ts';
import type { Pod } from './pod.ts';
import { parseQuantity } from './quantity.ts';
import { withSafeDefaults } from './safe-defaults.ts';

/** The change that mends a finding without a person writing anything. */
interface Fix {
  readonly at: FieldSteps;
  readonly value: unknown;
  /** Whether no program can tell: only then it is made without being asked for. */
  readonly safe: boolean;
}

/** One fix can make way for another; more rounds than kinds of fixes there cannot be. */
const MOST_ROUNDS = 10;

/**
 * The pod as far as it can be hardened without a person: with every safe default, and with the fixes of the checks in `also`, which
 * somebody has decided for. Idempotent.
 */
export function hardened(pod: Pod, context: Omit<CheckContext, 'pod'>, also: ReadonlySet<string>): Pod {
  let before = withSafeDefaults(pod);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const after = findFaults({ ...context, pod: before }).reduce((mended, fault) => {
      const fix = fixFor(fault, mended, context.profile.spec);
      return fix !== undefined && (fix.safe || also.has(fault.check)) ? replacedAt(mended, fix.at, fix.value) as Pod : mended;
    }, before);
    if (same(before, after)) break;
    before = after;
  }
  return before;
}

type Maker = (finding: Finding, pod: Pod, profile: ProfileSpec) => Fix | undefined;

/** By reason. A reason that is not here needs a person: only they know the image's digest, or what is to become of a volume. */
const FIXES: Readonly<Record<string, Maker>> = {
  'may-run-as-root': (finding, pod) => nonRoot(stepsOfField(finding.field), pod),
  'user-not-explicit': () => ({ at: ['spec', 'securityContext', 'runAsUser'], value: 10_001, safe: false }),
  'root-user': setting(10_001),
  'proxy-user': setting(10_001),
  'privileged': setting(false),
  'privilege-escalation': setting(false),
  'capabilities-kept': ({ field }, pod) => ({ at: stepsOfField(field), value: [...listAt(pod, field), 'ALL'], safe: false }),
  'host-network': setting(false),
  'host-pid': setting(false),
  'host-ipc': setting(false),
  'host-port': setting(0),
  'handler-host': setting(''),
  'process-namespace-shared': setting(false),
  'proc-unmasked': setting('Default'),
  'seccomp-unfiltered': setting('RuntimeDefault'),
  'app-armor': ({ field }) => ({ at: stepsOfField(field), value: field.startsWith('metadata.') ? 'runtime/default' : 'RuntimeDefault', safe: false }),
  'se-linux': setting(''),
  'root-writable': setting(true),
  'token-automounted': setting(false),
  'service-links': setting(false),
  'node-name': setting(''),
  'limit-missing': limiting,
  'limit-malformed': limiting,
  'limit-too-high': limiting,
  'lifetime-unbounded': (finding, _pod, { maxLifetimeSeconds }) => setting(maxLifetimeSeconds)(finding),
  'lifetime-too-long': (finding, _pod, { maxLifetimeSeconds }) => setting(maxLifetimeSeconds)(finding),
  'termination-grace-too-long': (finding, _pod, { maxTerminationGraceSeconds }) => setting(maxTerminationGraceSeconds)(finding),
  'runtime-class-missing': (finding, _pod, { runtimeClassNames: { allowed: [first] } }) => (first === undefined ? undefined : setting(first)(finding)),
};

/** Reasons that `hardened` can mend where their check is decided for. */
export const FIXABLE_REASONS: readonly string[] = Object.freeze(Object.keys(FIXES));

function fixFor(finding: Finding, pod: Pod, profile: ProfileSpec): Fix | undefined {
  return Object.hasOwn(FIXES, finding.reason) ? FIXES[finding.reason]?.(finding, pod, profile) : undefined;
}

/** Sets the field that the finding names. */
function setting(value: unknown): (finding: Finding) => Fix {
  return ({ field }) => ({ at: stepsOfField(field), value, safe: false });
}

/** Where the user is none but root by the manifest's own word already, nothing changes; in the pod's own context where the user stands there. */
function nonRoot(at: FieldSteps, { spec }: Pod): Fix {
  const container = valueAt(spec, at.slice(1, -2)) as Pod['spec']['containers'][number] | undefined;
  const own = container?.securityContext?.runAsUser;
  const user = own ?? spec.securityContext?.runAsUser;
  const here = own !== undefined || container?.securityContext?.runAsNonRoot !== undefined || spec.securityContext?.runAsNonRoot !== undefined;
  return { at: here ? at : ['spec', 'securityContext', 'runAsNonRoot'], value: true, safe: user !== undefined && user > 0 };
}

function listAt(pod: Pod, field: string): readonly unknown[] {
  const list = valueAt(pod, stepsOfField(field));
  return Array.isArray(list) ? list : [];
}

const USUAL_LIMITS = [['cpu', 'cpu', '500m'], ['memory', 'memory', '512Mi'], ['ephemeral-storage', 'ephemeralStorage', '1Gi']] as const;

/** A usual amount, or the profile's ceiling where that is lower or was overstepped. */
function limiting({ reason, field }: Finding, _pod: Pod, { limits }: ProfileSpec): Fix | undefined {
  const found = USUAL_LIMITS.find(([name]) => field.endsWith(`.resources.limits.${name}`));
  if (found === undefined) return undefined;
  const [, member, usual] = found;
  const ceiling = limits[member];
  const lower = (parseQuantity(ceiling) ?? 0n) < (parseQuantity(usual) ?? 0n);
  return { at: stepsOfField(field), value: lower || reason === 'limit-too-high' ? ceiling : usual, safe: false };
}
