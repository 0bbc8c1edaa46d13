import type { ProfileSpec } from '../policy/profile.ts';
import { agentIdentity } from './agent-identity.ts';
import { appArmor } from './app-armor.ts';
import { capabilities } from './capabilities.ts';
import type { Check, CheckContext, Fault, FaultWeight, Finding } from './check.ts';
import { deviceLimits } from './device-limits.ts';
import { ephemeralContainers } from './ephemeral-containers.ts';
import { hostAliases } from './host-aliases.ts';
import { hostNamespaces } from './host-namespaces.ts';
import { imageSource } from './image-source.ts';
import { lifetime } from './lifetime.ts';
import { knownFields } from './known-fields.ts';
import { lifetimeSet } from './lifetime-set.ts';
import { networkPolicy } from './network-policy.ts';
import { nodeName } from './node-name.ts';
import { priorityClass } from './priority-class.ts';
import { privilegeEscalation } from './privilege-escalation.ts';
import { privileged } from './privileged.ts';
import { procMount } from './proc-mount.ts';
import { processNamespace } from './process-namespace.ts';
import { providerKeys } from './provider-keys.ts';
import { readOnlyRoot } from './read-only-root.ts';
import { resourceLimits } from './resource-limits.ts';
import { restartRules } from './restart-rules.ts';
import { runAsUser } from './run-as-user.ts';
import { runtimeAnnotations } from './runtime-annotations.ts';
import { runtimeClass } from './runtime-class.ts';
import { seLinux } from './se-linux.ts';
import { seccomp } from './seccomp.ts';
import { secretEnvironment } from './secret-environment.ts';
import { serviceAccountToken } from './service-account-token.ts';
import { serviceLinks } from './service-links.ts';
import { SIDECAR_CONTAINERS, SIDECAR_VOLUMES } from './sidecar.ts';
import { sidecarIntact } from './sidecar-intact.ts';
import { sidecarVolumes } from './sidecar-volumes.ts';
import { sysctls } from './sysctls.ts';
import { systemPaths } from './system-paths.ts';
import { terminationGrace } from './termination-grace.ts';
import { tokenAudience } from './token-audience.ts';
import { tolerations } from './tolerations.ts';
import { type PodView, viewPod } from './view.ts';
import { volumeDevices } from './volume-devices.ts';
import { volumeTypes } from './volume-types.ts';
import { windows } from './windows.ts';

/** Every constraint of the sandbox, in the order in which faults are told: the proof of the sidecar first, then what breaks out, then the rest. */
export const CHECKS: readonly Check[] = Object.freeze([
  sidecarIntact,
  sidecarVolumes,
  agentIdentity,
  hostNamespaces,
  privileged,
  privilegeEscalation,
  capabilities,
  runAsUser,
  processNamespace,
  ephemeralContainers,
  volumeTypes,
  tokenAudience,
  sysctls,
  windows,
  seccomp,
  appArmor,
  seLinux,
  procMount,
  readOnlyRoot,
  resourceLimits,
  deviceLimits,
  networkPolicy,
  runtimeClass,
  runtimeAnnotations,
  serviceAccountToken,
  secretEnvironment,
  providerKeys,
  imageSource,
  serviceLinks,
  hostAliases,
  nodeName,
  tolerations,
  priorityClass,
  systemPaths,
  volumeDevices,
  restartRules,
  knownFields,
  lifetime,
  lifetimeSet,
  terminationGrace,
]);

/** Checks that a change of labels alone asks again. */
export const RELABEL_CHECKS: readonly Check[] = Object.freeze(CHECKS.filter(({ onRelabel }) => onRelabel === true));

/** Ids of the checks that rest on other objects. */
export const FACT_CHECKS: ReadonlySet<string> = new Set(CHECKS.filter(({ onFacts }) => onFacts === true).map(({ id }) => id));

/** From the heaviest. */
const WEIGHTS: readonly FaultWeight[] = ['deny', 'warn', 'audit'];

/** One pod can have a fault at each of thousands of values; nobody reads, and no log should keep, more than these. */
const MOST_FAULTS = 500;

/**
 * Runs checks on one pod, every one unless others are named, and returns what they find; what is over 500 is counted in one fault
 * that weighs what the heaviest of them does.
 */
export function findFaults(context: CheckContext, checks: readonly Check[] = CHECKS): Fault[] {
  const view = viewPod(context.pod, context.expected);
  return capped(withoutEchoes(checks.flatMap((check) => check.review(view, context).map((finding) => faultOf(check, finding, context))), view));
}

/** The page that explains a check, in the documentation that comes with the package. */
export function checkLink(id: string): string {
  return `docs/checks/${id}.md`;
}

/**
 * What sidecar-intact tells of a container or volume under one of our names is all that there is to do about it. Advice of other
 * checks on the same would have its author mend the sidecar by hand.
 */
function withoutEchoes(faults: Fault[], view: PodView): Fault[] {
  const changed = faults.filter(({ reason }) => reason === 'sidecar-changed');
  if (changed.length === 0) return faults;
  const told = sidecarParts(view).filter((part) => changed.some(({ field }) => isWithin(field, part)));
  return faults.filter(({ check, field }) => check === sidecarIntact.id || !told.some((part) => isWithin(field, part)));
}

function sidecarParts({ containers, volumes }: PodView): string[] {
  return [
    ...containers.filter(({ container }) => SIDECAR_CONTAINERS.has(container.name)),
    ...volumes.filter(({ volume }) => SIDECAR_VOLUMES.has(volume.name)),
  ].map(({ field }) => field);
}

const isWithin = (field: string, part: string): boolean => field === part || field.startsWith(`${part}.`);

function capped(faults: Fault[]): Fault[] {
  const untold = faults.slice(MOST_FAULTS);
  if (untold.length === 0) return faults;
  return [...faults.slice(0, MOST_FAULTS), {
    check: 'admission',
    reason: 'more-faults',
    field: '',
    message: `there are ${untold.length} more faults of the same and later checks`,
    fix: 'mend the ones above and try again',
    link: checkLink('admission'),
    weight: WEIGHTS.find((weight) => untold.some((fault) => fault.weight === weight)) ?? 'deny',
  }];
}

function faultOf(check: Check, finding: Finding, { profile }: CheckContext): Fault {
  return { check: check.id, ...finding, link: checkLink(check.id), weight: weightOf(check, profile.spec) };
}

/** Of a check that is on both lists the heavier counts. */
function weightOf({ id, essential }: Check, { warnOnly, auditOnly }: ProfileSpec): FaultWeight {
  if (essential) return 'deny';
  if (warnOnly.includes(id)) return 'warn';
  return auditOnly.includes(id) ? 'audit' : 'deny';
}
