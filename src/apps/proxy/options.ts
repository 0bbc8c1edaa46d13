import { InvalidArgumentError } from 'commander';
import { parseAddress } from '../../core/address/address.ts';

/* Readers of the option values that this command alone takes. Each throws commander's error, which says what was expected. */

export function readPortNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}

/** An IP address, perhaps with a port: what a DNS server is named by. */
export function readServer(text: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([^:]+)(?::\d{1,5})?)$/.exec(text) ?? [];
  if (parseAddress(text) === undefined && parseAddress(bracketed ?? plain ?? '') === undefined) throw new InvalidArgumentError('Expected the IP address of a DNS server.');
  return text;
}
