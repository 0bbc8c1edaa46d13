import { unknown } from '../../../../src/core/terms/fact.ts';
import { type Examples, type Given, passing, withMetadata } from './example.ts';

const named = (agent: string) => withMetadata({ labels: { 'sallyport.dev/agent': agent } });
const labelled = (app: string) => withMetadata({ labels: { app } });
const before = (says: string, pod: Given['before'], facts: Given['facts'] = {}): Given => ({ says, facts, ...(pod === undefined ? {} : { before: pod }) });

export const agentIdentity: Examples = {
  pass: {
    unnamed: passing({}),
    named: { pod: named('triage') },
    'still-the-same': { pod: named('triage'), given: before('it was agent triage before', named('triage')) },
    'label-by-which-nobody-selects': { pod: withMetadata({ labels: { note: 'b' } }), given: before('label note was a; policies select by label app', withMetadata({ labels: { note: 'a' } })) },
  },
  fail: {
    'named-with-nothing': { pod: named(''), faults: ['agent-unnamed metadata.labels["sallyport.dev/agent"]'] },
    renamed: { pod: named('merge'), given: before('it was agent triage before', named('triage')), faults: ['agent-renamed metadata.labels["sallyport.dev/agent"]'] },
    reselected: { pod: labelled('merge'), given: before('label app was triage; policies select by it', labelled('triage')), faults: ['agent-reselected metadata.labels["app"]'] },
    'nobody-knows-who-selects': {
      pod: labelled('merge'),
      given: before('label app was triage; the policies of the namespace are not known', labelled('triage'), { selectingLabels: () => unknown('Policies have not been listed yet.') }),
      faults: ['selecting-labels-unknown metadata.labels'],
    },
  },
};
