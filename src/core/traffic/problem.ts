import { REASONS, type ReasonCode } from '../terms/reason.ts';
import type { Headers } from '../terms/action.ts';
import type { RuleReference } from '../terms/verdict.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export interface Refused {
  readonly reason: ReasonCode;
  readonly sentence: string;
  readonly rule?: RuleReference | undefined;
  readonly hint?: string | undefined;
  /** Identifier of the call, under which its record can be looked up. */
  readonly call?: string | undefined;
  /** Seconds after which another try may pass. */
  readonly retryAfter?: number | undefined;
  /** The whole answer, where the tool's protocol has words of its own for it. */
  readonly words?: RefusalWords | undefined;
}

export interface RefusalWords {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Members of RFC 9457 section 3.1, then ours. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly reason: ReasonCode;
  /** `TOOL/RULE`. */
  readonly rule?: string;
  /** `NAMESPACE/NAME`. */
  readonly policy?: string;
  readonly call?: string;
  readonly hint?: string;
  readonly retryAfter?: number;
}

/** What the agent is told about a call that was refused or that failed. */
export function problemDocument(refused: Refused): ProblemDocument {
  const { status, title } = REASONS[refused.reason];
  return {
    type: `tag:sallyport.dev,2026:reason/${refused.reason}`,
    title,
    status,
    detail: refused.sentence,
    reason: refused.reason,
    ...(refused.rule && { rule: `${refused.rule.tool}/${refused.rule.rule}`, policy: refused.rule.policy }),
    ...(refused.call !== undefined && { call: refused.call }),
    ...(refused.hint !== undefined && { hint: refused.hint }),
    ...(refused.retryAfter !== undefined && { retryAfter: refused.retryAfter }),
  };
}

/** The answer to a refused request: in its protocol's words, else as a problem document. */
export function refusalAnswer(refused: Refused): RefusalWords & { readonly title: string } {
  const { status, title } = problemDocument(refused);
  const later: Headers = refused.retryAfter === undefined ? [] : [['retry-after', String(refused.retryAfter)]];
  const words = refused.words ?? { status, headers: [['content-type', PROBLEM_MEDIA_TYPE]], body: problemBody(refused) };
  return { ...words, title: words.status === status ? title : 'OK', headers: [...words.headers, ...later] };
}

/** The document as it is sent: indented, because people read it with curl, and ending with a line end. */
export function problemBody(refused: Refused): string {
  return `${JSON.stringify(problemDocument(refused), undefined, 2)}\n`;
}
