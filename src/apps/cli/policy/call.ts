import { DEFAULT_PORTS } from '../../../core/address/authority-text.ts';
import { parseHostPort } from '../../../core/address/host-port.ts';
import { canonicalPath } from '../../../core/policy/canonical-path.ts';
import type { Action, MalformedAction } from '../../../core/terms/action.ts';
import type { Scheme } from '../../../core/terms/authority.ts';

/**
 * The action that a call by a method and a URL would come to at the proxy. Not read by the URL parser of the platform, which
 * would tidy up exactly what is to be judged (`/a/../b`, `0x7f.1`).
 */
export function actionOf(method: string, url: string): Action {
  const [, scheme, authority = '', rest = ''] = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (scheme === undefined) return malformed('request-malformed', 'The URL does not begin with https:// or http://.', method);
  const spoken: Scheme = scheme.toLowerCase() === 'https' ? 'https' : 'http';
  const parsed = parseHostPort(authority, DEFAULT_PORTS[spoken]);
  if (!parsed.ok) return malformed('host-malformed', `The URL has no host: ${parsed.sentence}.`, method);
  const target = { scheme: spoken, host: parsed.host, port: parsed.port };
  const canonical = canonicalPath(rest.startsWith('/') ? rest : `/${rest}`);
  if (!canonical.ok) return { ...malformed('path-ambiguous', canonical.sentence, method), authority: target };
  return { kind: 'http', authority: target, method, path: canonical.path, query: canonical.query, headers: [] };
}

function malformed(reason: MalformedAction['reason'], sentence: string, method: string): MalformedAction {
  return { kind: 'malformed', reason, sentence, method };
}
