import { agentIdentity } from './agent-identity.ts';
import { appArmor } from './app-armor.ts';
import { capabilities } from './capabilities.ts';
import { deviceLimits } from './device-limits.ts';
import { ephemeralContainers } from './ephemeral-containers.ts';
import type { Examples } from './example.ts';
import { hostAliases } from './host-aliases.ts';
import { hostNamespaces } from './host-namespaces.ts';
import { imageSource } from './image-source.ts';
import { lifetimeSet } from './lifetime-set.ts';
import { knownFields } from './known-fields.ts';
import { lifetime } from './lifetime.ts';
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
import { sidecarIntact } from './sidecar-intact.ts';
import { sidecarVolumes } from './sidecar-volumes.ts';
import { sysctls } from './sysctls.ts';
import { systemPaths } from './system-paths.ts';
import { terminationGrace } from './termination-grace.ts';
import { tokenAudience } from './token-audience.ts';
import { tolerations } from './tolerations.ts';
import { volumeDevices } from './volume-devices.ts';
import { volumeTypes } from './volume-types.ts';
import { windows } from './windows.ts';

/** Examples of every check, by its id. */
export const EXAMPLES: Readonly<Record<string, Examples>> = {
  'agent-identity': agentIdentity,
  'app-armor': appArmor,
  capabilities,
  'device-limits': deviceLimits,
  'ephemeral-containers': ephemeralContainers,
  'host-aliases': hostAliases,
  'host-namespaces': hostNamespaces,
  'image-source': imageSource,
  'known-fields': knownFields,
  lifetime,
  'lifetime-set': lifetimeSet,
  'network-policy': networkPolicy,
  'node-name': nodeName,
  'priority-class': priorityClass,
  'privilege-escalation': privilegeEscalation,
  privileged,
  'proc-mount': procMount,
  'process-namespace': processNamespace,
  'provider-keys': providerKeys,
  'read-only-root': readOnlyRoot,
  'resource-limits': resourceLimits,
  'restart-rules': restartRules,
  'run-as-user': runAsUser,
  'runtime-annotations': runtimeAnnotations,
  'runtime-class': runtimeClass,
  'se-linux': seLinux,
  seccomp,
  'secret-environment': secretEnvironment,
  'service-account-token': serviceAccountToken,
  'service-links': serviceLinks,
  'sidecar-intact': sidecarIntact,
  'sidecar-volumes': sidecarVolumes,
  sysctls,
  'system-paths': systemPaths,
  'termination-grace': terminationGrace,
  'token-audience': tokenAudience,
  tolerations,
  'volume-devices': volumeDevices,
  'volume-types': volumeTypes,
  windows,
};
