import type { ReasonCode } from '../../core/terms/reason.ts';

/** What would make a call pass, said where neither the policy nor the dialler knows better. */
export const HINTS: Partial<Record<ReasonCode, string>> = {
  'host-not-listed': 'Ask for the host by a DNS name that a policy lists.',
  'host-malformed': 'Ask for the host by its DNS name.',
  'request-malformed': 'Send the request as RFC 9112 has it, with one length and one meaning.',
  'path-ambiguous': 'Send the path without empty or dot segments, encoded slashes or backslashes.',
  'authority-mismatch': 'Use one name and port for the connection, the TLS server name and the Host header.',
  'upgrade-refused': 'Leave the Upgrade header out; HTTP/2 is spoken over TLS, where the client asks for it in the handshake.',
  'protocol-unknown': 'Speak HTTP/1.1, in the clear or over TLS, or HTTP/2 over TLS.',
  'header-too-large': 'Send fewer or shorter header fields.',
  'request-timeout': 'Send the whole request without long pauses.',
  'self-connect': 'Ask the proxy for another host: CONNECT HOST:PORT, or GET http://HOST/PATH.',
  'upstream-malformed': 'The server has to answer in strict HTTP/1.1.',
  'upstream-unreachable': 'Try again, and check that the service is up.',
  'upstream-timeout': 'Try again, and check that the service is up.',
  'too-many-connections': 'Make fewer calls at once, or try again in a moment.',
  'policy-stale': 'See that the proxy reaches its controller.',
  'limit-reached': 'Try again later, or have whoever keeps the policy raise the limit.',
  'body-too-large': 'Send less at once, or have limits.inspect of the tool raised.',
  'body-unreadable': 'Send the body as strict JSON, without an encoding or in a common one.',
  'permit-withdrawn': 'Ask again: the policy now in force will say what it misses.',
  'shutting-down': 'Try again in a moment.',
};
