import type { Socket } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { isAddressLiteral } from '../../core/address/host.ts';
import type { HostName } from '../../core/terms/authority.ts';
import { DialFault } from './dial-fault.ts';
import { TimedOut, untilReady } from './waiting.ts';

/**
 * Speaks TLS on an open connection, offering `protocols` in their order, and verifies that the peer is `host`, always. Destroys the connection where it is not.
 * Rejects with `DialFault`: `upstream-untrusted`, `upstream-timeout`, `upstream-unreachable`; with the signal's reason when that ended it.
 */
export async function secure(socket: Socket, host: HostName, trust: SecureContext, milliseconds: number, signal: AbortSignal | undefined, protocols: readonly string[] = ['http/1.1']): Promise<TLSSocket> {
  const secured = connect({
    socket,
    secureContext: trust,
    // Verified against `host`; SNI is for names only (RFC 6066 section 3).
    host,
    ...(isAddressLiteral(host) ? {} : { servername: host }),
    ALPNProtocols: [...protocols],
    rejectUnauthorized: true,
  });
  try {
    await untilReady(secured, 'secureConnect', milliseconds, signal);
    return secured;
  } catch (error) {
    socket.destroy();
    if (signal?.aborted === true && error === signal.reason) throw error;
    throw faultOf(error, secured, host, milliseconds);
  }
}

function faultOf(error: unknown, secured: TLSSocket, host: HostName, milliseconds: number): DialFault {
  if (error instanceof TimedOut) return new DialFault('upstream-timeout', `${host} did not finish its TLS handshake within ${milliseconds} ms`);
  const [code, message] = error instanceof Error ? ['code' in error ? String(error.code) : '', error.message] : ['', String(error)];
  // Set by Node exactly where the handshake succeeded and the verification did not.
  if (secured.authorizationError) return untrusted(host, code, error);
  return new DialFault('upstream-unreachable', `the TLS handshake with ${host} failed: ${code || message}`, { cause: error });
}

function untrusted(host: HostName, code: string, cause: unknown): DialFault {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return new DialFault('upstream-untrusted', `the certificate that ${host} shows is for other names`, { hint: 'call the host by a name that its certificate has', cause });
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return new DialFault('upstream-untrusted', `the certificate of ${host} is not valid at this time (${code})`, { hint: 'renew the certificate, or set the clock right', cause });
  return new DialFault('upstream-untrusted', `the certificate of ${host} was issued by nobody whom the proxy trusts (${code})`, { hint: 'give the certificate of its issuer with --upstream-ca', cause });
}
