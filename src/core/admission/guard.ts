import type { Finding } from '../checks/check.ts';
import { AGENTS_LABEL, PROFILE_LABEL } from '../terms/fixed-names.ts';
import { isObject } from '../terms/is-object.ts';
import { quoted } from '../terms/quote.ts';
import { isStringMap, valueOf } from '../terms/string-map.ts';
import { answerFor, type AdmissionAnswer } from './answer.ts';
import type { GuardContext, Guards } from './context.ts';
import { modeOf } from './namespace.ts';
import { optInWarnings } from './opt-in.ts';
import { ownFault } from './own-fault.ts';
import type { AdmissionRequest } from './request.ts';
import { reviewFor } from './resources.ts';
import { at } from './workloads.ts';

type Labels = Readonly<Record<string, string>>;

const GUARDED = [AGENTS_LABEL, PROFILE_LABEL] as const;

/**
 * Reviews one change of a namespace (`/guard`), by whichever of its subresources it comes. Pure; never throws.
 *
 *   1. labels that cannot be read are denied, as is whatever is no namespace;
 *   2. where a namespace takes agents, only the guards change or remove the labels that say so; whoever may change a namespace may make
 *      it take agents;
 *   3. who makes it enforce is warned of what runs in it and would be refused.
 */
export function reviewNamespace(request: AdmissionRequest, { guards, running }: GuardContext): AdmissionAnswer {
  const change = labelChange(request);
  if (change === undefined) return answerFor(request, 'enforce', [ownFault(malformed)], 'absolute');
  const { before, after } = change;
  const mode = modeOf(after);
  const changed = GUARDED.filter((label) => valueOf(before, label) !== valueOf(after, label));
  if (!Object.hasOwn(before, AGENTS_LABEL) || changed.length === 0 || isGuard(request, guards)) {
    return { ...answerFor(request, mode, [], 'absolute'), warnings: running === undefined ? [] : optInWarnings(running) };
  }
  return answerFor(request, modeOf(before), changed.map((label) => ownFault(guarded(label, before, guards))), 'absolute');
}

/** Labels of a namespace that is about to enforce what it did not, or another profile than before; undefined for any other change. */
export function beginsToEnforce(request: AdmissionRequest): Labels | undefined {
  const { before, after } = labelChange(request) ?? {};
  if (before === undefined || after === undefined || !Object.hasOwn(after, AGENTS_LABEL) || modeOf(after) !== 'enforce') return undefined;
  const same = Object.hasOwn(before, AGENTS_LABEL) && modeOf(before) === 'enforce' && valueOf(before, PROFILE_LABEL) === valueOf(after, PROFILE_LABEL);
  return same ? undefined : after;
}

/** Labels before and after; a namespace that is created had none. */
function labelChange(request: AdmissionRequest): { readonly before: Labels; readonly after: Labels } | undefined {
  const { operation, object, oldObject } = request;
  if (reviewFor(request)?.as !== 'namespace' || !isObject(object)) return undefined;
  const before = operation === 'CREATE' ? {} : isObject(oldObject) ? labelsOf(oldObject) : undefined;
  const after = labelsOf(object);
  return before === undefined || after === undefined ? undefined : { before, after };
}

function labelsOf(object: unknown): Labels | undefined {
  const labels = at(object, ['metadata', 'labels']) ?? {};
  return isStringMap(labels) ? labels : undefined;
}

function isGuard({ userInfo }: AdmissionRequest, { users, groups }: Guards): boolean {
  return (userInfo?.username !== undefined && users.has(userInfo.username)) || userInfo?.groups?.some((group) => groups.has(group)) === true;
}

function guarded(label: string, before: Labels, { users, groups }: Guards): Finding {
  const value = valueOf(before, label);
  const who = [...[...users].map((user) => `user ${quoted(user)}`), ...[...groups].map((group) => `group ${quoted(group)}`)];
  return {
    reason: 'label-guarded',
    field: `metadata.labels["${label}"]`,
    message: `the namespace takes agents, and only guards change this label (now ${value === undefined ? 'absent' : quoted(value)})`,
    fix: who.length === 0 ? 'name guards to the webhook (--guard-user, --guard-group)' : `ask ${who.slice(0, 5).join(', ')}${who.length > 5 ? ' or others' : ''}`,
  };
}

const malformed: Finding = { reason: 'malformed', field: 'metadata.labels', message: 'expected a namespace whose labels are strings, got something else', fix: 'write it as the Kubernetes API documents it' };
