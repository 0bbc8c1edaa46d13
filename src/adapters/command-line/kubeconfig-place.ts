import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { InputFault } from './input-fault.ts';

/**
 * The kubeconfig that a command typed by a person takes, as `kubectl` does: of the flag, of KUBECONFIG, `~/.kube/config`; what is empty counts as
 * absent. Undefined where there is none. Throws `InputFault` where KUBECONFIG lists several that exist: they are not merged.
 */
export function kubeconfigPlace(flag: string | undefined, environment: Readonly<Record<string, string | undefined>>, home: string): string | undefined {
  if (flag !== undefined && flag !== '') return flag;
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const found = listed.length > 1 ? listed.filter((file) => existsSync(file)) : listed;
  if (found.length > 1) throw new InputFault('usage', `KUBECONFIG: expected one file, got ${found.join(', ')}; name one with --kubeconfig <file>, or merge them: kubectl config view --flatten`);
  if (listed.length > 0) return found[0] ?? listed[0];
  const usual = join(home, '.kube', 'config');
  return existsSync(usual) ? usual : undefined;
}
