import { TOKEN_AUDIENCE } from '../terms/fixed-names.ts';
import type { Check } from './check.ts';
import { projectedTokens } from './view.ts';

/**
 * The agent can show nobody of Sallyport's or the cluster's a token: by one for audience sallyport it would take over its
 * sidecar's stream, and one without an audience is for the API server.
 *
 *   field                                                               allowed
 *   spec.volumes[*].projected.sources[*].serviceAccountToken.audience   any but sallyport, named (the proven sidecar's own is not looked at)
 *
 * What the API server mounts on its own is the business of service-account-token, which a profile may soften; so are tokens of
 * other audiences.
 */
export const tokenAudience: Check = {
  id: 'token-audience',
  title: 'No token of the agent opens the controller or the API server',
  essential: true,
  review: (view) => projectedTokens(view).filter(({ audience }) => audience === '' || audience === TOKEN_AUDIENCE).map(({ audience, field, title }) => ({
    reason: audience === '' ? 'token-for-api-server' : 'token-for-controller',
    field,
    message: `${title} projects a service-account token ${audience === '' ? 'without an audience, which is for the API server' : `for audience ${TOKEN_AUDIENCE}, by which the sidecar proves its pod`}`,
    fix: 'remove the source; give the agent its credentials through the proxy',
  })),
};
