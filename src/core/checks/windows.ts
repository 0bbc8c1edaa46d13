import type { Check, Finding } from './check.ts';
import { securityContextsOf, type PodView } from './view.ts';

/**
 * The pod runs on Linux, where traffic can be captured.
 *
 *   field                                                     allowed
 *   spec.os.name                                              absent, linux
 *   {spec,containers[*]}.securityContext.windowsOptions       no hostProcess
 *
 * Stricter than the standard in every version, which takes pods of Windows without hostProcess. Source: Pod Security Standards,
 * "HostProcess".
 */
export const windows: Check = {
  id: 'windows',
  title: 'The pod runs on Linux',
  essential: true,
  review: (view) => [...otherSystem(view), ...hostProcesses(view)],
};

function otherSystem({ spec }: PodView): Finding[] {
  if (spec.os === undefined || spec.os.name === 'linux') return [];
  return [{ reason: 'windows', field: 'spec.os.name', message: 'traffic can only be captured on Linux', fix: 'run the agent on Linux: remove os or set its name to linux' }];
}

function hostProcesses(view: PodView): Finding[] {
  return securityContextsOf(view).filter(({ context }) => context.windowsOptions?.hostProcess === true).map(({ field, title }) => ({
    reason: 'host-process',
    field: `${field}.windowsOptions.hostProcess`,
    message: `${title} runs as a process of the node`,
    fix: 'remove windowsOptions',
  }));
}
