import type { HostName } from '../terms/authority.ts';
import { quoted, unicodeName } from '../terms/quote.ts';
import { parseAddress } from './address.ts';

/** A host in its one normal form, or one English sentence that says what is wrong with it. */
export type ParsedHost = { readonly ok: true; readonly host: HostName } | { readonly ok: false; readonly sentence: string };

/** RFC 1035 section 2.3.4: 253 visible characters, one dot more at the end, or an IPv6 address in brackets. */
const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;

/**
 * The one place where a host is understood. Lower-cases, takes one trailing dot off, canonicalises IPv6, and refuses the rest:
 * control bytes, NUL, percent signs (zone identifiers), empty or over-long labels, and every number that is not an exact dotted quad.
 *
 * Names beyond ASCII are refused, not converted. On the wire every client sends the `xn--` form already; in a policy file a
 * Cyrillic "a", a fullwidth dot or a soft hyphen would look like something that it is not, and the `xn--` form shows it.
 * An `xn--` label is compared and resolved byte for byte and decoded by nobody, so that it needs no table of Unicode here.
 * The WHATWG URL parser is not asked: it reads `0x7f.1` as 127.0.0.1.
 */
export function parseHost(text: string): ParsedHost {
  if (text === '') return fault('the host is empty');
  const foreign = FOREIGN.exec(text)?.[0];
  if (foreign !== undefined) return fault(`host ${quoted(text)} contains ${unicodeName(foreign)}, which no host name has`);
  if (text.includes(':') || text.includes('[') || text.includes(']')) return parseLiteral(text);
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase();
  if (name.length > LONGEST_NAME) return fault(`host ${quoted(text)} is longer than ${LONGEST_NAME} characters`);
  const labels = name.split('.');
  if (NUMERIC.test(labels.at(-1) ?? '')) return parseQuad(text);
  const wrong = labels.find((label) => label.length > LONGEST_LABEL || !LABEL.test(label));
  if (wrong !== undefined) return fault(labelFault(text, wrong));
  return { ok: true, host: name as HostName };
}

/** Whether a host in normal form is an IP address and not a name. */
export function isAddressLiteral(host: HostName): boolean {
  // No name that passed the gate has a colon, or ends in a digits-only label.
  return host.includes(':') || NUMERIC.test(host.slice(host.lastIndexOf('.') + 1));
}

/** Matches one character (whole, where it needs two code units) that stands in no host. */
const FOREIGN = /[^A-Za-z0-9._:[\]-]/u;
/** Letters, digits and hyphens (RFC 1123 section 2.1), and the underscore, which DNS and some clouds use. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
/** A last label that resolvers and URL parsers read as the end of an IPv4 address (WHATWG URL, "ends in a number"). */
const NUMERIC = /^(?:[0-9]+|0x[0-9a-f]*)$/;

function parseLiteral(text: string): ParsedHost {
  const bracketed = /^\[(.*)\]$/.exec(text);
  const address = parseAddress(bracketed?.[1] ?? text);
  if (address?.family !== 6) return fault(`host ${quoted(text)} is not an IPv6 address`);
  return { ok: true, host: address.text as HostName };
}

function parseQuad(text: string): ParsedHost {
  const address = parseAddress(text);
  if (address === undefined) return fault(`host ${quoted(text)} looks like a number but is not four decimal octets`);
  return { ok: true, host: address.text as HostName };
}

function labelFault(text: string, label: string): string {
  if (label === '') return `host ${quoted(text)} has an empty label`;
  if (label.length > LONGEST_LABEL) return `host ${quoted(text)} has a label of more than ${LONGEST_LABEL} characters`;
  return `host ${quoted(text)} has a label that begins or ends with a hyphen`;
}

const fault = (sentence: string): ParsedHost => ({ ok: false, sentence });
