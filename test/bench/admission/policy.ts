import { namespaceOf } from './pods.ts';

/**
 * What a ValidatingAdmissionPolicy can say of the same sandbox in CEL: Pod Security `restricted` and the agent checks that need nothing
 * but the pod. It sees no NetworkPolicy and no RuntimeClass, injects nothing and proves no sidecar.
 */
const VARIABLES = [
  ['containers', 'object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([]).map(c, c)'],
  ['volumes', 'object.spec.?volumes.orValue([])'],
].map(([name, expression]) => ({ name, expression }));

const ALL = (condition: string): string => `variables.containers.all(c, ${condition})`;

const VALIDATIONS = [
  ['host namespaces', '!object.spec.?hostNetwork.orValue(false) && !object.spec.?hostPID.orValue(false) && !object.spec.?hostIPC.orValue(false)'],
  ['host ports', ALL('c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)')],
  ['privileged', ALL('!c.?securityContext.?privileged.orValue(false)')],
  ['privilege escalation', ALL('!c.?securityContext.?allowPrivilegeEscalation.orValue(true)')],
  ['capabilities dropped', ALL("'ALL' in c.?securityContext.?capabilities.?drop.orValue([])")],
  ['capabilities added', ALL("c.?securityContext.?capabilities.?add.orValue([]).all(a, a == 'NET_BIND_SERVICE')")],
  ['run as non-root', ALL('c.?securityContext.?runAsNonRoot.orValue(object.spec.?securityContext.?runAsNonRoot.orValue(false))')],
  ['numeric user', ALL('c.?securityContext.?runAsUser.orValue(object.spec.?securityContext.?runAsUser.orValue(0)) != 0')],
  ["the proxy's user", ALL('c.?securityContext.?runAsUser.orValue(1) != 1337')],
  ['read-only root', ALL('c.?securityContext.?readOnlyRootFilesystem.orValue(false)')],
  ['proc mount', ALL("c.?securityContext.?procMount.orValue('Default') == 'Default'")],
  ['seccomp', ALL("c.?securityContext.?seccompProfile.?type.orValue(object.spec.?securityContext.?seccompProfile.?type.orValue('')) in ['RuntimeDefault', 'Localhost']")],
  ['SELinux', ALL("c.?securityContext.?seLinuxOptions.?type.orValue('') in ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'] && c.?securityContext.?seLinuxOptions.?user.orValue('') == ''")],
  ['AppArmor', ALL("c.?securityContext.?appArmorProfile.?type.orValue('RuntimeDefault') in ['RuntimeDefault', 'Localhost']")],
  ['sysctls', "object.spec.?securityContext.?sysctls.orValue([]).all(s, s.name in ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies'])"],
  ['volume types', 'variables.volumes.all(v, has(v.configMap) || has(v.emptyDir) || has(v.projected) || has(v.secret) || has(v.downwardAPI) || has(v.ephemeral) || has(v.csi) || has(v.persistentVolumeClaim))'],
  ['limits', ALL("['cpu', 'memory', 'ephemeral-storage'].all(r, r in c.?resources.?limits.orValue({}) && r in c.?resources.?requests.orValue({}))")],
  ['secrets in the environment', ALL('c.?env.orValue([]).all(e, !has(e.valueFrom) || !has(e.valueFrom.secretKeyRef)) && c.?envFrom.orValue([]).all(e, !has(e.secretRef))')],
  ['probe hosts', ALL("c.?livenessProbe.?httpGet.?host.orValue('') == '' && c.?readinessProbe.?httpGet.?host.orValue('') == '' && c.?startupProbe.?httpGet.?host.orValue('') == ''")],
  ['process namespace', '!object.spec.?shareProcessNamespace.orValue(false)'],
  ['service account token', 'object.spec.?automountServiceAccountToken.orValue(true) == false'],
  ['service links', 'object.spec.?enableServiceLinks.orValue(true) == false'],
  ['host aliases', 'object.spec.?hostAliases.orValue([]).size() == 0'],
  ['node name', "object.spec.?nodeName.orValue('') == ''"],
  ['runtime class', "object.spec.?runtimeClassName.orValue('') in ['gvisor', 'kata', 'kata-qemu']"],
  ['lifetime', 'object.spec.?activeDeadlineSeconds.orValue(0) > 0 && object.spec.activeDeadlineSeconds <= 86400'],
  ['termination grace', 'object.spec.?terminationGracePeriodSeconds.orValue(30) <= 120'],
].map(([what, expression]) => ({ expression, message: `${what}: refused` }));

/** The members that a ValidatingAdmissionPolicy and Kyverno's ValidatingPolicy have in common. */
export const SANDBOX_IN_CEL = { variables: VARIABLES, validations: VALIDATIONS };

const NAME = 'bench-sandbox';

export function validatingAdmissionPolicy(): object[] {
  const API = 'admissionregistration.k8s.io/v1';
  return [
    {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: NAME },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] }] },
        ...SANDBOX_IN_CEL,
      },
    },
    {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: NAME },
      spec: { policyName: NAME, validationActions: ['Deny'], matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespaceOf('cel') } } } },
    },
  ];
}
