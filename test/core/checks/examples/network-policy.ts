import type { NetworkPolicy } from '../../../../src/core/checks/facts.ts';
import { known, unknown } from '../../../../src/core/terms/fact.ts';
import { goodPod } from '../pods.ts';
import { type Examples, type Failing, passing } from './example.ts';

const isolating: NetworkPolicy = { name: 'agents', podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [] };
const under = (says: string, policies: readonly NetworkPolicy[], ...reasons: readonly string[]): Failing =>
  ({ pod: goodPod(), given: { says, facts: { networkPolicies: () => known(policies) } }, faults: reasons.map((reason) => `${reason} metadata.labels`) });

const { pod, given } = under('a NetworkPolicy lets nothing in or out', [isolating]);

export const networkPolicy: Examples = {
  pass: { 'let-out-to-what-the-sidecar-needs': passing({}), 'let-out-to-nothing': { pod, ...(given === undefined ? {} : { given }) } },
  fail: {
    'no-policy': under('the namespace has no NetworkPolicy', [], 'network-policy-missing'),
    'policy-for-others': under('the only NetworkPolicy selects app: other', [{ ...isolating, podSelector: { matchLabels: { app: 'other' } } }], 'network-policy-missing'),
    'ingress-alone': under('the only NetworkPolicy is about ingress', [{ ...isolating, policyTypes: ['Ingress'] }], 'network-policy-no-egress'),
    'egress-alone': under('the only NetworkPolicy is about egress', [{ ...isolating, policyTypes: ['Egress'] }], 'network-policy-no-ingress'),
    'egress-to-everywhere': under('a NetworkPolicy lets everything out', [{ ...isolating, egress: [{ everybody: true, ports: [] }] }], 'network-policy-egress-open'),
    'egress-to-a-database': under('a NetworkPolicy lets out to port 5432', [{ ...isolating, egress: [{ everybody: false, ports: [{ protocol: 'TCP', port: 5432 }] }] }], 'network-policy-egress-ports'),
    'ingress-from-everywhere': under('a NetworkPolicy lets everything in', [{ ...isolating, ingress: [{ everybody: true, ports: [] }] }], 'network-policy-ingress-open'),
    'nobody-knows': { pod: goodPod(), given: { says: 'the policies of the namespace are not known', facts: { networkPolicies: () => unknown('Network policies have not been listed yet.') } }, faults: ['network-policy-unknown metadata.labels'] },
  },
};
