import { parseAddress, type Address } from '../../core/address/address.ts';
import { isAddressLiteral } from '../../core/address/host.ts';
import { permitsAddress } from '../../core/address/permits.ts';
import type { PermitFacts } from '../../core/terms/permit.ts';
import { DialFault } from './dial-fault.ts';
import { isLocal } from './own-listener.ts';

/**
 * The addresses that may be dialled for a permit, out of all that its host resolved to.
 *
 * One forbidden address refuses them all: an answer that mixes public and private addresses is what a rebinding attack looks like.
 * Throws `DialFault`: `address-forbidden`, `self-connect`, `name-unresolved`.
 */
export function permittedAddresses({ authority, addresses: ranges }: PermitFacts, resolved: readonly string[], ownPorts: readonly number[]): readonly Address[] {
  const { host, port } = authority;
  const found = resolved.map((text) => parseAddress(text) ?? forbidden(host, `${host} resolves to ${JSON.stringify(text)}, which is no address`));
  for (const address of found) {
    if (ownPorts.includes(port) && isLocal(address)) throw new DialFault('self-connect', `${host} resolves to ${address.text}, and port ${port} there is the proxy itself`, { hint: 'call the service itself, not the proxy' });
    const answer = permitsAddress(address, ranges);
    if (!answer.ok) throw refusal(authority.host, answer.class, answer.sentence);
  }
  if (found.length === 0) throw new DialFault('name-unresolved', `${host} has no address in DNS`);
  return found;
}

function refusal(host: PermitFacts['authority']['host'], kind: string, sentence: string): DialFault {
  const subject = isAddressLiteral(host) ? sentence : `${host} resolves to an address that may not be dialled: ${sentence}`;
  if (kind === 'synthetic') return new DialFault('address-forbidden', subject);
  return new DialFault('address-forbidden', subject, { hint: `if that is meant, list the address or its range under http.addresses of the tool` });
}

function forbidden(host: string, sentence: string): never {
  throw new DialFault('address-forbidden', sentence, { hint: `check what DNS says of ${host}` });
}
