/*
 * The members that Kubernetes 1.36 gives the objects a pod is made of, where what is new would be about the sandbox. A test holds them equal
 * to what the API server lists.
 */

const HANDLER = ['exec', 'grpc', 'httpGet', 'sleep', 'tcpSocket'];
const COMMON_CONTEXT = ['appArmorProfile', 'runAsGroup', 'runAsNonRoot', 'runAsUser', 'seLinuxOptions', 'seccompProfile', 'windowsOptions'];

export const SPEC_MEMBERS: ReadonlySet<string> = new Set([
  'activeDeadlineSeconds', 'affinity', 'automountServiceAccountToken', 'containers', 'dnsConfig', 'dnsPolicy', 'enableServiceLinks', 'ephemeralContainers', 'hostAliases',
  'hostIPC', 'hostNetwork', 'hostPID', 'hostUsers', 'hostname', 'hostnameOverride', 'imagePullSecrets', 'initContainers', 'nodeName', 'nodeSelector', 'os', 'overhead',
  'preemptionPolicy', 'priority', 'priorityClassName', 'readinessGates', 'resourceClaims', 'resources', 'restartPolicy', 'runtimeClassName', 'schedulerName', 'schedulingGates',
  'schedulingGroup', 'securityContext', 'serviceAccount', 'serviceAccountName', 'setHostnameAsFQDN', 'shareProcessNamespace', 'subdomain', 'terminationGracePeriodSeconds',
  'tolerations', 'topologySpreadConstraints', 'volumes',
]);

export const POD_CONTEXT_MEMBERS: ReadonlySet<string> = new Set([
  ...COMMON_CONTEXT, 'fsGroup', 'fsGroupChangePolicy', 'seLinuxChangePolicy', 'supplementalGroups', 'supplementalGroupsPolicy', 'sysctls',
]);

export const CONTAINER_MEMBERS: ReadonlySet<string> = new Set([
  'args', 'command', 'env', 'envFrom', 'image', 'imagePullPolicy', 'lifecycle', 'livenessProbe', 'name', 'ports', 'readinessProbe', 'resizePolicy', 'resources', 'restartPolicy',
  'restartPolicyRules', 'securityContext', 'startupProbe', 'stdin', 'stdinOnce', 'targetContainerName', 'terminationMessagePath', 'terminationMessagePolicy', 'tty',
  'volumeDevices', 'volumeMounts', 'workingDir',
]);

export const CONTEXT_MEMBERS: ReadonlySet<string> = new Set([...COMMON_CONTEXT, 'allowPrivilegeEscalation', 'capabilities', 'privileged', 'procMount', 'readOnlyRootFilesystem']);

/** Of probes and hooks alike. */
export const HANDLER_MEMBERS: ReadonlySet<string> = new Set([
  ...HANDLER, 'failureThreshold', 'initialDelaySeconds', 'periodSeconds', 'successThreshold', 'terminationGracePeriodSeconds', 'timeoutSeconds',
]);

export const LIFECYCLE_MEMBERS: ReadonlySet<string> = new Set(['postStart', 'preStop', 'stopSignal']);
export const RESOURCES_MEMBERS: ReadonlySet<string> = new Set(['claims', 'limits', 'requests']);
export const VALUE_FROM_MEMBERS: ReadonlySet<string> = new Set(['configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef']);
export const ENV_FROM_MEMBERS: ReadonlySet<string> = new Set(['configMapRef', 'prefix', 'secretRef']);
export const MOUNT_MEMBERS: ReadonlySet<string> = new Set(['mountPath', 'mountPropagation', 'name', 'readOnly', 'recursiveReadOnly', 'subPath', 'subPathExpr']);
