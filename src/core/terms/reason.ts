/**
 * Every reason for which gate two lets a call through, refuses it or fails it, with the HTTP status that the agent sees.
 *
 * The codes are stable: they stand in records, problem documents and metrics.
 */
export const REASONS = {
  'allowed-by-rule': { status: 200, title: 'Allowed by a rule' },
  'allowed-by-access': { status: 200, title: 'Allowed by the tool\'s access preset' },
  'allowed-by-protocol': { status: 200, title: 'Part of the tool\'s protocol' },
  observed: { status: 200, title: 'Let pass in observe mode' },

  'policy-missing': { status: 403, title: 'No policy applies to this agent' },
  'policy-stale': { status: 503, title: 'The policy is too old to act on' },
  'host-not-listed': { status: 403, title: 'Host not on the allowlist' },
  'port-not-listed': { status: 403, title: 'Port not on the allowlist' },
  'scheme-not-listed': { status: 403, title: 'Scheme not on the allowlist' },
  'no-rule-matched': { status: 403, title: 'No rule allows this call' },
  'denied-by-rule': { status: 403, title: 'Denied by a rule' },
  'condition-failed': { status: 403, title: 'A condition could not be told' },
  'message-unread': { status: 403, title: 'Not read as the tool\'s protocol' },
  'message-mismatch': { status: 400, title: 'Headers say something else than the message' },
  'arguments-unfit': { status: 400, title: 'Arguments do not fit the tool' },
  'tool-changed': { status: 403, title: 'The tool is not what it was' },
  'tunnel-refused': { status: 403, title: 'Bytes that are not inspected are not let through' },
  'body-too-large': { status: 413, title: 'Body too large to be judged' },
  'body-unreadable': { status: 415, title: 'Body cannot be judged' },
  'credential-unavailable': { status: 503, title: 'The credential cannot be had' },
  'credential-misplaced': { status: 403, title: 'A credential on its way to the wrong place' },
  'limit-reached': { status: 429, title: 'Limit reached' },
  'held-by-rule': { status: 403, title: 'Needs a person, and nobody can be asked' },

  'request-malformed': { status: 400, title: 'Malformed request' },
  'path-ambiguous': { status: 400, title: 'Ambiguous path' },
  'host-malformed': { status: 400, title: 'Malformed host name' },
  'authority-mismatch': { status: 421, title: 'Host names disagree' },
  'tls-malformed': { status: 400, title: 'Malformed TLS handshake' },
  'upgrade-refused': { status: 403, title: 'Protocol upgrade refused' },
  'protocol-unknown': { status: 400, title: 'Unknown protocol' },
  'header-too-large': { status: 431, title: 'Request header too large' },
  'request-timeout': { status: 408, title: 'Request not finished in time' },
  'self-connect': { status: 403, title: 'The proxy does not call itself' },

  'address-forbidden': { status: 403, title: 'The name resolves to a forbidden address' },
  'name-unresolved': { status: 502, title: 'The name does not resolve' },
  'upstream-unreachable': { status: 502, title: 'Upstream unreachable' },
  'upstream-untrusted': { status: 502, title: 'Upstream certificate not trusted' },
  'upstream-malformed': { status: 502, title: 'Malformed answer from upstream' },
  'upstream-timeout': { status: 504, title: 'Upstream did not answer in time' },
  'client-gone': { status: 499, title: 'The agent hung up' },
  'permit-withdrawn': { status: 403, title: 'The policy changed during the call' },
  'record-unavailable': { status: 503, title: 'The record cannot be written' },
  'too-many-connections': { status: 503, title: 'Too many connections' },
  'shutting-down': { status: 503, title: 'The proxy is shutting down' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ReasonCode = keyof typeof REASONS;
