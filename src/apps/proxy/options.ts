import { InvalidArgumentError } from 'commander';
import { readCapturedPort } from '../../adapters/network/captured-port.ts';
import { readFixedName } from '../../adapters/network/fixed-name.ts';
import { parseAddress } from '../../core/address/address.ts';
import type { HostName } from '../../core/terms/authority.ts';
import type { Endpoint } from './settings.ts';

/* Readers of single option values. Each throws commander's InvalidArgumentError, which says what was expected. */

/** `HOST:PORT` or `:PORT`; the host is an IP address. */
export function readEndpoint(text: string): Endpoint {
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const address = host === '' ? '0.0.0.0' : parseAddress(host.replace(/^\[(.*)\]$/, '$1'))?.text;
  if (address === undefined || port === '' || Number(port) > 65_535) throw new InvalidArgumentError('Expected ADDRESS:PORT, such as 127.0.0.1:15001.');
  return { host: address, port: Number(port) };
}

export function readPortNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}

export function collectResolve(text: string, before: readonly { host: HostName; address: string }[] = []): readonly { host: HostName; address: string }[] {
  const read = readFixedName(text);
  if (!read.ok) throw new InvalidArgumentError(`${read.sentence}.`);
  return [...before, { host: read.host, address: read.address }];
}

export function collectCaptured(text: string, before: readonly { port: number; listener: number }[] = []): readonly { port: number; listener: number }[] {
  const read = readCapturedPort(text);
  if (read === undefined) throw new InvalidArgumentError('Expected PORT:LISTENER, such as 443:15002.');
  return [...before, read];
}

export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** `NAMESPACE/NAME`, both DNS labels as Kubernetes has them. */
export function readAgent(text: string): { readonly namespace: string; readonly agent: string } {
  const [, namespace, agent] = /^([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)$/.exec(text) ?? [];
  if (namespace === undefined || agent === undefined) throw new InvalidArgumentError('Expected NAMESPACE/NAME, such as agents/triage.');
  return { namespace, agent };
}

/** `KEY=VALUE,...`. */
export function readLabels(text: string): Readonly<Record<string, string>> {
  const entries = text.split(',').filter((pair) => pair !== '').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new InvalidArgumentError('Expected KEY=VALUE,..., such as app=triage.');
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries);
}

/** An IP address, perhaps with a port: what a DNS server is named by. */
export function readServer(text: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([^:]+)(?::\d{1,5})?)$/.exec(text) ?? [];
  if (parseAddress(text) === undefined && parseAddress(bracketed ?? plain ?? '') === undefined) throw new InvalidArgumentError('Expected the IP address of a DNS server.');
  return text;
}
