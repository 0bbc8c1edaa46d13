import { authorityText } from '../address/authority-text.ts';
import type { HttpAction } from '../terms/action.ts';
import type { Authority } from '../terms/authority.ts';
import type { CompiledPolicy } from './compiled.ts';
import type { Matched, Missed, Opinion, Unlisted } from './judge.ts';
import { nearest } from './nearest.ts';
import { listedHosts } from './snapshot.ts';

/** How many hosts are searched for one that the agent may have meant: a refusal must stay cheap. */
const SEARCHED_HOSTS = 200;

/** What an opinion says, as one sentence about the call. */
export function sentenceOf(opinion: Opinion, action: HttpAction): string {
  const call = callName(action);
  switch (opinion.kind) {
    case 'deny': return `${call} is denied by ${ruleName(opinion)}${reasonOf(opinion)}.`;
    case 'hold': return `${call} has to be decided by a person, says ${ruleName(opinion)}${reasonOf(opinion)}.`;
    case 'allow': return `${call} is allowed by ${ruleName(opinion)}.`;
    case 'none': return `${call} is not allowed: ${lacking(opinion, action.authority)}.`;
  }
}

/** What would make it pass, said to whoever reads the refusal. */
export function hintOf(opinion: Opinion, action: HttpAction, policies: readonly CompiledPolicy[]): string {
  if (opinion.reason === 'host-not-listed') return hostHint(action.authority.host, policies);
  const { policy, tool } = opinion;
  const place = `tool ${tool.name} in ${policy.reference}`;
  switch (opinion.reason) {
    case 'port-not-listed': return `${tool.ports.length === 0 ? 'L' : `Call port ${tool.ports.join(' or ')}, or l`}ist ${action.authority.port} under http.ports of ${place}.`;
    case 'scheme-not-listed': return tool.scheme === 'https' ? 'Call it by https.' : `Call it by http, or take tls: off out of ${place}.`;
    case 'no-rule-matched': return `An allow rule for ${action.method} ${action.path} in ${place} would let it pass.`;
    default: return `Only a change of that rule by whoever keeps ${policy.reference} would let it pass.`;
  }
}

function hostHint(host: string, policies: readonly CompiledPolicy[]): string {
  const meant = nearest(host, listedHosts(policies).slice(0, SEARCHED_HOSTS));
  const add = `list ${host} under http.hosts of a tool in ${policies.map(({ reference }) => reference).join(' or ')}`;
  return meant === undefined ? `To let it pass, ${add}.` : `Did you mean ${meant}? Otherwise ${add}.`;
}

function lacking(opinion: Missed | Unlisted, { host, port, scheme }: Authority): string {
  switch (opinion.reason) {
    case 'host-not-listed': return `no tool lists the host ${host}`;
    case 'port-not-listed': return `tool ${opinion.tool.name} does not list port ${port}`;
    case 'scheme-not-listed': return `tool ${opinion.tool.name} is called by ${opinion.tool.scheme}, not by ${scheme}`;
    case 'no-rule-matched': return `no rule of tool ${opinion.tool.name} matches`;
  }
}

function ruleName({ rule: { reference } }: Matched): string {
  return `${reference.rule === 'access' ? 'the access preset' : `rule ${reference.rule}`} of tool ${reference.tool} in ${reference.policy}`;
}

/** The author's own words, which may end in a full stop. */
const reasonOf = ({ rule }: Matched): string => (rule.reason === undefined ? '' : `: ${rule.reason.replace(/\.$/, '')}`);

/** `POST https://api.example.com/v1/items`; the port only where it is not the scheme's own. */
function callName({ method, authority, path }: HttpAction): string {
  return `${method} ${authority.scheme}://${authorityText(authority)}${path}`;
}
