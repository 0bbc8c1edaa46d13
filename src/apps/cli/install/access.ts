import { CONTROLLER, SYSTEM_NAMESPACE, WEBHOOK } from '../../../core/terms/fixed-names.ts';
import { clusterMeta, systemMeta } from './labels.ts';
import type { InstallOptions } from './options.ts';
import { CONTROLLER_RIGHTS, type Rights, webhookRights } from './rights.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** ServiceAccounts, and the roles and bindings that give each server its rights. */
export function access(options: InstallOptions): object[] {
  return [
    ...subject(WEBHOOK, webhookRights(options)),
    ...subject(CONTROLLER, CONTROLLER_RIGHTS),
    clusterBinding(`${CONTROLLER}-issuer-discovery`, CONTROLLER, 'system:service-account-issuer-discovery'),
  ];
}

function subject(name: string, { everywhere, atHome }: Rights): object[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: systemMeta(name), automountServiceAccountToken: false },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: clusterMeta(name), rules: everywhere },
    clusterBinding(name, name, name),
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: systemMeta(name), rules: atHome },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: systemMeta(name),
      roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects: [serviceAccount(name)],
    },
  ];
}

function clusterBinding(name: string, account: string, role: string): object {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: clusterMeta(name),
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [serviceAccount(account)],
  };
}

function serviceAccount(name: string): object {
  return { kind: 'ServiceAccount', name, namespace: SYSTEM_NAMESPACE };
}
