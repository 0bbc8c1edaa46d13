import { isAddressLiteral } from '../../core/address/host.ts';
import { parseHostPort } from '../../core/address/host-port.ts';
import type { MalformedAction } from '../../core/terms/action.ts';
import type { HostName } from '../../core/terms/authority.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { RequestHead } from '../../core/traffic/http1/message.ts';
import type { Connect } from './agent-stream.ts';
import { admitConnection } from './first-bytes.ts';
import type { House } from './house.ts';

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/**
 * CONNECT on the explicit listener (RFC 9110 section 9.3.6). Any well-formed name gets its tunnel, and is judged by what comes
 * through it: a client shows its user the answer of a server, and hides that of a proxy. Addresses and malformed names are
 * refused here, since nothing could be minted or judged for them.
 */
export function connectFor(house: House, mentions: (host: HostName) => boolean): Connect {
  return (head) => {
    const target = head.form.form === 'authority' ? parseHostPort(head.form.authority) : { ok: false as const, sentence: 'it is not HOST:PORT' };
    if (!target.ok) return refusal(head, 'host-malformed', `CONNECT names no host: ${target.sentence}.`);
    const { host, port } = target;
    if (isAddressLiteral(host) && !mentions(host)) return refusal(head, 'host-not-listed', `CONNECT asks for the address ${host}, and no policy lists it; calls go by name.`);
    return (socket, rest) => {
      socket.write(ESTABLISHED);
      if (rest.length > 0) socket.unshift(rest);
      admitConnection(house, socket, { entry: 'connect', claim: { source: 'CONNECT target', host, port } });
    };
  };
}

function refusal(head: RequestHead, reason: ReasonCode, sentence: string): MalformedAction {
  return { kind: 'malformed', reason, sentence, method: head.method };
}
