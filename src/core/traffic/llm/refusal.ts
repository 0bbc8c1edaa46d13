import type { Headers, LlmProvider } from '../../terms/action.ts';
import { API_GROUP } from '../../terms/fixed-names.ts';
import { REASONS } from '../../terms/reason.ts';
import { problemDocument, type ProblemDocument, type Refused } from '../problem.ts';

/** An answer of our own in the words of a provider, so that its clients show it as they show the provider's errors. */
export interface LlmRefusal {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * A refusal as the provider would send one. Clients read JSON where the status says that the call failed, whether or not they asked for a stream;
 * only who takes nothing but an event stream (`accept`) gets it as the one event of one.
 */
export function llmRefusal(provider: LlmProvider, refused: Refused, accept: string | undefined): LlmRefusal {
  const problem = problemDocument(refused);
  const { body, headers = [] } = WORDS[provider](problem);
  const text = JSON.stringify(body);
  const { status } = problem;
  if (!streamOnly(accept)) return { status, headers: [['content-type', 'application/json'], ...headers], body: text };
  return { status, headers: [['content-type', 'text/event-stream'], ...headers], body: `event: error\ndata: ${text}\n\n` };
}

function streamOnly(accept: string | undefined): boolean {
  return accept !== undefined && /text\/event-stream/i.test(accept) && !/json|\*\/\*|application\/\*/i.test(accept);
}

interface Worded {
  readonly body: unknown;
  readonly headers?: Headers;
}

/** What every form has room for: the sentence, and how it can be made to pass. */
const message = ({ detail, hint }: ProblemDocument): string => (hint === undefined ? detail : `${detail} ${hint}`);

const WORDS: Readonly<Record<LlmProvider, (problem: ProblemDocument) => Worded>> = {
  openai: (problem) => ({ body: { error: { message: message(problem), type: kindOf(problem.status), param: null, code: problem.reason, ...ours(problem) } } }),
  anthropic: (problem) => ({ body: { type: 'error', error: { type: kindOf(problem.status), message: message(problem), ...ours(problem) }, request_id: problem.call ?? null } }),
  gemini: (problem) => ({
    body: {
      error: {
        code: problem.status, message: message(problem), status: GOOGLE[problem.status] ?? 'INTERNAL',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: problem.reason, domain: API_GROUP, metadata: ours(problem) }],
      },
    },
  }),
  bedrock: (problem) => ({ body: { message: message(problem), reason: problem.reason, ...ours(problem) }, headers: [['x-amzn-errortype', AWS[problem.status] ?? 'InternalServerException']] }),
};

function ours({ rule, policy, call }: ProblemDocument): Readonly<Record<string, string>> {
  return { ...(rule !== undefined && { rule }), ...(policy !== undefined && { policy }), ...(call !== undefined && { call }) };
}

/** OpenAI and Anthropic use the same words. */
function kindOf(status: number): string {
  return KINDS[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}

type ByStatus = Readonly<Partial<Record<number, string>>>;

const KINDS: ByStatus = { [REASONS['denied-by-rule'].status]: 'permission_error', [REASONS['body-too-large'].status]: 'request_too_large', [REASONS['limit-reached'].status]: 'rate_limit_error' };
const GOOGLE: ByStatus = { 400: 'INVALID_ARGUMENT', 403: 'PERMISSION_DENIED', 413: 'INVALID_ARGUMENT', 415: 'INVALID_ARGUMENT', 429: 'RESOURCE_EXHAUSTED', 502: 'UNAVAILABLE', 503: 'UNAVAILABLE', 504: 'DEADLINE_EXCEEDED' };
const AWS: ByStatus = { 400: 'ValidationException', 403: 'AccessDeniedException', 413: 'ValidationException', 415: 'ValidationException', 429: 'ThrottlingException', 503: 'ServiceUnavailableException', 504: 'ModelTimeoutException' };
