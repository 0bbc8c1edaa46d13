import { InvalidArgumentError, Option } from 'commander';
import type { HostName } from '../../core/terms/authority.ts';
import { type CapturedPort, readCapturedPort } from '../network/captured-port.ts';
import { readFixedName } from '../network/fixed-name.ts';
import { type ListenAddress, readListenAddress } from '../network/listen-address.ts';

/* Readers of option values that several commands take, so that one spelling means one thing. Each throws commander's error, which says what was expected. */

/** Of an option that may be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export interface AgentName {
  readonly namespace: string;
  readonly agent: string;
}

/** `NAMESPACE/NAME`, both as Kubernetes has them. */
export function readAgent(text: string): AgentName {
  const [, namespace, agent] = /^([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)$/.exec(text) ?? [];
  if (namespace === undefined || agent === undefined) throw new InvalidArgumentError('Expected NAMESPACE/NAME, such as agents/triage.');
  return { namespace, agent };
}

/** `KEY=VALUE,...`; empty for none. */
export function readLabels(text: string): Readonly<Record<string, string>> {
  const entries = text.split(',').filter((pair) => pair !== '').map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new InvalidArgumentError('Expected KEY=VALUE,..., such as app=triage.');
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries);
}

/** `ADDRESS:PORT`, or `:PORT` for every address of this machine. */
export function readListen(text: string): ListenAddress {
  const read = readListenAddress(text);
  if (read === undefined) throw new InvalidArgumentError('Expected ADDRESS:PORT, such as 127.0.0.1:9443, or :PORT for every address.');
  return read;
}

export interface Fixed {
  readonly host: HostName;
  readonly address: string;
}

/** `HOST:ADDRESS`, repeatable. */
export function collectResolve(text: string, before: readonly Fixed[] = []): readonly Fixed[] {
  const read = readFixedName(text);
  if (!read.ok) throw new InvalidArgumentError(`${read.sentence.charAt(0).toUpperCase()}${read.sentence.slice(1)}.`);
  return [...before, { host: read.host, address: read.address }];
}

/** `PORT:LISTENER`, repeatable. */
export function collectCaptured(text: string, before: readonly CapturedPort[] = []): readonly CapturedPort[] {
  const read = readCapturedPort(text);
  if (read === undefined) throw new InvalidArgumentError('Expected PORT:LISTENER, such as 443:15002.');
  return [...before, read];
}

/** An Ed25519 public key: 32 bytes in base64url. Repeatable. */
export function collectLinkKey(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[\w-]{43}$/.test(text)) throw new InvalidArgumentError('Expected an Ed25519 public key, 32 bytes in base64url.');
  return [...before, text];
}

/** The name of a namespace (RFC 1123 label). */
export function readNamespace(text: string): string {
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) throw new InvalidArgumentError('Expected the name of a namespace: lower-case letters, digits and inner hyphens, at most 63.');
  return text;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** `--log-level`, of what goes to stderr. */
export function logLevelOption(level: (typeof LOG_LEVELS)[number]): Option {
  return new Option('--log-level <level>', 'how much goes to stderr').choices(LOG_LEVELS).default(level);
}

/** `-o, --output`; the first format is the default. */
export function outputOption(meaning: string, formats: readonly [string, ...string[]]): Option {
  return new Option('-o, --output <format>', meaning).choices(formats).default(formats[0]);
}

/** `--image-pull-policy`, of what is injected and installed. */
export function pullPolicyOption(): Option {
  return new Option('--image-pull-policy <when>', 'when that image is pulled').choices(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent');
}
