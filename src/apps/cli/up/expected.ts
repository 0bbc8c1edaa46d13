/** What the tour has to see; anything else is a failure of ours, and `up --once` ends with 1. */
export const EXPECTED_CALLS = [
  { what: 'read an issue', status: 200 },
  { what: 'comment on it', status: 201 },
  { what: 'merge the fix', status: 403, reason: 'held-by-rule' },
  { what: 'read a secret', status: 403, reason: 'denied-by-rule' },
  { what: 'delete the issue', status: 403, reason: 'no-rule-matched' },
  { what: 'send the findings elsewhere', status: 403, reason: 'host-not-listed' },
] as const;

/** One line that the sample agent prints. */
export interface AgentLine {
  readonly what: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly reason?: string;
  readonly detail?: string;
  readonly hint?: string;
}

/** Sentences on what differs from what was expected; empty if nothing does. */
export function differences(lines: readonly AgentLine[]): string[] {
  const wrong = EXPECTED_CALLS.flatMap((expected) => {
    const line = lines.find((one) => one.what === expected.what);
    const wanted = 'reason' in expected ? expected.reason : undefined;
    if (line?.status === expected.status && line.reason === wanted) return [];
    return [`"${expected.what}" should have ended with ${expected.status} ${wanted ?? ''} and ended with ${line ? `${line.status} ${line.reason ?? ''}` : 'nothing'}`];
  });
  return lines.length > EXPECTED_CALLS.length ? [...wrong, 'the agent made more calls than the tour knows'] : wrong;
}
