import { type Examples, inEveryPosition, passing } from './example.ts';

const rules = (action: string) => ({ restartPolicyRules: [{ action, exitCodes: { operator: 'In', values: [42] } }] });

export const restartRules: Examples = {
  pass: { absent: passing({}), 'of-the-container-itself': passing(rules('Restart')) },
  fail: inEveryPosition('of-all-containers', rules('RestartAllContainers'), 'restart-rule restartPolicyRules[0].action'),
};
