import { TOKEN_AUDIENCE } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import { projectedTokens, secretsInEnvironment, type PodView } from './view.ts';

/**
 * The agent holds no credentials of the cluster.
 *
 *   field                                                      allowed
 *   spec.automountServiceAccountToken                          false
 *   spec.volumes[*].projected.sources[*].serviceAccountToken   absent; for audience sallyport or none it is the business of token-audience
 *   spec.volumes[*].secret.secretName                          no name as Kubernetes gave the Secrets of tokens: NAME-token-XXXXX
 *   spec.volumes[*].projected.sources[*].secret.name           the same
 *   containers[*].env[*].valueFrom.secretKeyRef.name           the same
 *   containers[*].envFrom[*].secretRef.name                    the same
 *
 * A service account may say false too, but whoever edits it changes what later pods get: the pod has to say it itself.
 * A token in a Secret of another name cannot be told from what else Secrets hold.
 */
export const serviceAccountToken: Check = {
  id: 'service-account-token',
  title: 'The agent holds no service-account token',
  essential: false,
  review: (view) => [...automounted(view), ...projected(view), ...fromSecrets(view)],
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

/** The letters of k8s.io/apimachinery/pkg/util/rand, by which Kubernetes names what it makes. */
const TOKEN_SECRET = /-token-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

function fromSecrets(view: PodView): Finding[] {
  return [...secretVolumes(view), ...secretsInEnvironment(view)].filter(({ secret }) => TOKEN_SECRET.test(secret)).map(({ secret, field, title }) => ({
    reason: 'token-secret',
    field,
    message: `${title} has Secret ${quoted(secret)}, which by its name holds a service-account token`,
    fix: 'remove it; give the agent its credentials through the proxy',
  }));
}

function secretVolumes({ volumes }: PodView): { readonly secret: string; readonly field: string; readonly title: string }[] {
  return volumes.flatMap(({ volume, field, title }) => [
    ...(volume.secret === undefined ? [] : [{ secret: volume.secret.secretName ?? '', field: `${field}.secret`, title }]),
    ...(volume.projected?.sources ?? []).flatMap(({ secret }, index) => (secret === undefined ? [] : [{ secret: secret.name ?? '', field: `${field}.projected.sources[${index}].secret`, title }])),
  ]);
}
