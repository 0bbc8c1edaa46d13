import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';
import { secretsInEnvironment } from './view.ts';

/**
 * No Secret is in the environment, where every child process and crash dump has it.
 *
 *   field                                            allowed
 *   containers[*].env[*].valueFrom.secretKeyRef      absent
 *   containers[*].envFrom[*].secretRef               absent
 */
export const secretEnvironment: Check = {
  id: 'secret-environment',
  title: 'No Secret is in the environment',
  essential: false,
  review: (view) => secretsInEnvironment(view).map(({ secret, field, title }) => ({
    reason: 'secret-environment',
    field,
    message: `${title} has Secret ${quoted(secret)} in its environment`,
    fix: 'remove it; if the program needs the value itself, mount the Secret as a file',
  })),
};
