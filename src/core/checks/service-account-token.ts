import type { Check, Finding } from './check.ts';
import type { PodView } from './view.ts';

/**
 * The agent holds no credentials of the cluster.
 *
 *   field                                                      allowed
 *   spec.automountServiceAccountToken                          false
 *   spec.volumes[*].projected.sources[*].serviceAccountToken   absent (the proven sidecar's own is not looked at)
 *
 * A service account may say false too, but whoever edits it changes what later pods get: the pod has to say it itself.
 */
export const serviceAccountToken: Check = {
  id: 'service-account-token',
  title: 'The agent holds no service-account token',
  essential: false,
  review: (view) => [...automounted(view), ...projected(view)],
};

function automounted({ spec }: PodView): Finding[] {
  if (spec.automountServiceAccountToken === false) return [];
  return [{
    reason: 'token-automounted',
    field: 'spec.automountServiceAccountToken',
    message: 'a token of the service account is mounted into every container',
    fix: 'set automountServiceAccountToken: false',
  }];
}

function projected(view: PodView): Finding[] {
  return view.volumes.filter(({ volume }) => !isAutomounted(view, volume.name)).flatMap(({ volume, field, title }) =>
    (volume.projected?.sources ?? []).flatMap(({ serviceAccountToken: token }, index) => (token === undefined ? [] : [{
      reason: 'token-projected',
      field: `${field}.projected.sources[${index}].serviceAccountToken`,
      message: `${title} projects a service-account token`,
      fix: 'remove the source; give the agent its credentials through the proxy',
    }])));
}

/** What the API server adds on its own is one fault with its cause. */
function isAutomounted({ spec }: PodView, name: string): boolean {
  return spec.automountServiceAccountToken !== false && name.startsWith('kube-api-access-');
}
