import { TOKEN_AUDIENCE } from '../terms/fixed-names.ts';
import type { Check, Finding } from './check.ts';
import { projectedTokens, type PodView } from './view.ts';

/**
 * The agent holds no credentials of the cluster.
 *
 *   field                                                      allowed
 *   spec.automountServiceAccountToken                          false
 *   spec.volumes[*].projected.sources[*].serviceAccountToken   absent; for audience sallyport or none it is the business of token-audience
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
  return projectedTokens(view).filter(({ audience }) => audience !== '' && audience !== TOKEN_AUDIENCE).map(({ field, title }) => ({
    reason: 'token-projected',
    field,
    message: `${title} projects a service-account token`,
    fix: 'remove the source; give the agent its credentials through the proxy',
  }));
}
