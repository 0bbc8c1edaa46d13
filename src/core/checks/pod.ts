import { anyObject, flag, integer, listOf, mapOf, record, text, textOrNumber, type Shaped } from './shape.ts';

/**
 * A Kubernetes Pod (core/v1) as far as we read it. Objects keep the members that stand not here; nothing in them is `null`.
 * The shapes are both the types and the door: see `readPod`.
 */
export interface Pod extends Shaped<typeof podShape> {}
export interface PodSpec extends Shaped<typeof specShape> {}
export interface Container extends Shaped<typeof containerShape> {}
export interface SecurityContext extends Shaped<typeof securityContextShape> {}
export interface PodSecurityContext extends Shaped<typeof podSecurityContextShape> {}
export interface EnvVar extends Shaped<typeof envVarShape> {}
export interface VolumeMount extends Shaped<typeof volumeMountShape> {}
export interface Volume extends Shaped<typeof volumeShape> {}
export interface Toleration extends Shaped<typeof tolerationShape> {}
export interface Probe extends Shaped<typeof handlerShape> {}

const seccompShape = record({}, { type: text, localhostProfile: text });
const seLinuxShape = record({}, { type: text, user: text, role: text, level: text });
const windowsShape = record({}, { hostProcess: flag });

const securityContextShape = record({}, {
  privileged: flag,
  allowPrivilegeEscalation: flag,
  capabilities: record({}, { add: listOf(text), drop: listOf(text) }),
  runAsNonRoot: flag,
  runAsUser: integer,
  runAsGroup: integer,
  readOnlyRootFilesystem: flag,
  procMount: text,
  seccompProfile: seccompShape,
  appArmorProfile: seccompShape,
  seLinuxOptions: seLinuxShape,
  windowsOptions: windowsShape,
});

const podSecurityContextShape = record({}, {
  runAsNonRoot: flag,
  runAsUser: integer,
  runAsGroup: integer,
  fsGroup: integer,
  supplementalGroups: listOf(integer),
  seccompProfile: seccompShape,
  appArmorProfile: seccompShape,
  seLinuxOptions: seLinuxShape,
  windowsOptions: windowsShape,
  sysctls: listOf(record({ name: text }, { value: text })),
});

const keyRefShape = record({}, { name: text, key: text });
const envVarShape = record({ name: text }, {
  value: text,
  valueFrom: record({}, {
    fieldRef: anyObject,
    resourceFieldRef: anyObject,
    configMapKeyRef: keyRefShape,
    secretKeyRef: keyRefShape,
    fileKeyRef: record({}, { volumeName: text, path: text, key: text }),
  }),
});
const envFromShape = record({}, { prefix: text, configMapRef: record({}, { name: text }), secretRef: record({}, { name: text }) });

const handlerShape = record({}, {
  exec: record({}, { command: listOf(text) }),
  httpGet: record({}, { host: text, port: textOrNumber, httpHeaders: listOf(record({}, { name: text, value: text })) }),
  tcpSocket: record({}, { host: text, port: textOrNumber }),
  terminationGracePeriodSeconds: integer,
});

const resourcesShape = record({}, { limits: mapOf(textOrNumber), requests: mapOf(textOrNumber) });

const volumeMountShape = record({ name: text, mountPath: text }, { readOnly: flag, subPath: text, mountPropagation: text });

const containerShape = record({ name: text }, {
  image: text,
  command: listOf(text),
  args: listOf(text),
  terminationMessagePath: text,
  workingDir: text,
  restartPolicy: text,
  restartPolicyRules: listOf(record({}, { action: text })),
  ports: listOf(record({}, { containerPort: integer, hostPort: integer, hostIP: text })),
  env: listOf(envVarShape),
  envFrom: listOf(envFromShape),
  resources: resourcesShape,
  volumeMounts: listOf(volumeMountShape),
  volumeDevices: listOf(record({ name: text }, { devicePath: text })),
  livenessProbe: handlerShape,
  readinessProbe: handlerShape,
  startupProbe: handlerShape,
  lifecycle: record({}, { postStart: handlerShape, preStop: handlerShape }),
  securityContext: securityContextShape,
});

const projectionShape = record({}, {
  secret: keyRefShape,
  configMap: keyRefShape,
  downwardAPI: anyObject,
  serviceAccountToken: record({}, { audience: text, expirationSeconds: integer, path: text }),
  clusterTrustBundle: anyObject,
  podCertificate: anyObject,
});

const volumeShape = record({ name: text }, {
  projected: record({}, { sources: listOf(projectionShape), defaultMode: integer }),
  secret: record({}, { secretName: text }),
  image: record({}, { reference: text }),
});

const tolerationShape = record({}, { key: text, operator: text, value: text, effect: text });

const specShape = record({ containers: listOf(containerShape) }, {
  initContainers: listOf(containerShape),
  ephemeralContainers: listOf(containerShape),
  volumes: listOf(volumeShape),
  securityContext: podSecurityContextShape,
  serviceAccountName: text,
  automountServiceAccountToken: flag,
  hostNetwork: flag,
  hostPID: flag,
  hostIPC: flag,
  shareProcessNamespace: flag,
  enableServiceLinks: flag,
  hostAliases: listOf(anyObject),
  hostnameOverride: text,
  nodeName: text,
  os: record({}, { name: text }),
  runtimeClassName: text,
  priorityClassName: text,
  priority: integer,
  tolerations: listOf(tolerationShape),
  resources: resourcesShape,
  resourceClaims: listOf(record({}, { name: text })),
  activeDeadlineSeconds: integer,
  terminationGracePeriodSeconds: integer,
  dnsPolicy: text,
  dnsConfig: anyObject,
  restartPolicy: text,
});

const ownerShape = record({}, { apiVersion: text, kind: text, name: text, uid: text, controller: flag });

const metadataShape = record({}, {
  name: text,
  generateName: text,
  namespace: text,
  uid: text,
  labels: mapOf(text),
  annotations: mapOf(text),
  ownerReferences: listOf(ownerShape),
});

export const podShape = record({ spec: specShape }, { apiVersion: text, kind: text, metadata: metadataShape });
