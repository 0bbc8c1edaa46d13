/** Isolates every pod of a namespace: nobody in, and out only what a sidecar needs. */
export function networkPolicy(namespace: string): object {
  const ports = [{ protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 }, { protocol: 'TCP', port: 80 }, { protocol: 'TCP', port: 443 }, { protocol: 'TCP', port: 8443 }];
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'agents', namespace }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{ ports }] } };
}
