import { InvalidArgumentError } from 'commander';
import { certificatesIn } from '../../adapters/network/trust.ts';
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

const BINARY_UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti'];

/** Bytes, alone or with a binary unit as Kubernetes writes it. */
export function readSize(text: string): number {
  const [, digits, unit = ''] = /^([1-9][0-9]{0,14})([KMGT]i)?$/.exec(text) ?? [];
  const bytes = Number(digits) * 1024 ** BINARY_UNITS.indexOf(unit);
  if (!Number.isSafeInteger(bytes)) throw new InvalidArgumentError('Expected a size in bytes, such as 805306368 or 768Mi.');
  return bytes;
}

/** The controller's URL. */
export function readController(text: string): string {
  if (!/^https:\/\/[^/]/.test(text)) throw new InvalidArgumentError('Expected an https:// URL.');
  return text;
}

/** PEM certificates in base64, given back as they are. */
export function readEncodedCertificates(text: string): string {
  try {
    certificatesIn(Buffer.from(text, 'base64').toString('utf8'));
    return text;
  } catch {
    throw new InvalidArgumentError('Expected PEM certificates in base64.');
  }
}
