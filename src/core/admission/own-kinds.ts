import { same } from '../checks/differences.ts';
import type { Fault } from '../checks/check.ts';
import { compile } from '../policy/compile.ts';
import { parseObjects } from '../policy/parse-objects.ts';
import type { Problem } from '../policy/problem.ts';
import { quoted } from '../terms/quote.ts';
import { answerFor, pass, type AdmissionAnswer } from './answer.ts';
import { termProblem } from './exemptions.ts';
import type { AdmissionRequest } from './request.ts';
import { at } from './workloads.ts';

/**
 * Reviews one AgentPolicy, SandboxProfile or Exemption (`/validate`), in every namespace alike: what could not be put in force is
 * denied with all of its problems. Pure; never throws, whatever the object is.
 *
 *   1. a deletion passes, and an update that leaves the spec as it was: nobody may be kept from cleaning up;
 *   2. the object is read as the controller and the webhook read it, a policy compiled by itself, and an exemption's end compared with
 *      `now`, in milliseconds since the epoch.
 */
export function reviewOwnObject(request: AdmissionRequest, now: number): AdmissionAnswer {
  const { operation, object, oldObject } = request;
  if (operation === 'DELETE') return pass(request, 'enforce');
  if (operation === 'UPDATE' && same(at(object, ['spec']), at(oldObject, ['spec']))) return pass(request, 'enforce');
  return answerFor(request, 'enforce', problemsOf(request, now).map(faultOf), 'absolute');
}

function problemsOf({ kind, object }: AdmissionRequest, now: number): readonly Pick<Problem, 'path' | 'message' | 'expected' | 'nearest'>[] {
  const found = at(object, ['kind']);
  if (found !== kind.kind) return [{ path: 'kind', message: `is ${typeof found === 'string' ? quoted(found) : 'no text'}`, expected: kind.kind }];
  const { policies, exemptions, problems } = parseObjects([object], kind.kind);
  if (problems.length > 0) return problems;
  const endless = exemptions.flatMap((exemption) => termProblem(exemption, now) ?? []);
  if (endless.length > 0) return endless;
  const compiled = compile(policies, { generation: 1 });
  return 'problems' in compiled ? compiled.problems : [];
}

function faultOf({ path, message, expected, nearest }: Pick<Problem, 'path' | 'message' | 'expected' | 'nearest'>): Fault {
  const meant = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  return {
    check: 'policy',
    reason: 'policy-unreadable',
    field: path,
    message,
    fix: expected === undefined ? `change it or take it out${meant}` : `write ${expected}${meant}`,
    link: 'docs/policy.md',
    weight: 'deny',
  };
}
