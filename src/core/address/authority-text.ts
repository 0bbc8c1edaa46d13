import type { Authority, Scheme } from '../terms/authority.ts';

/** The port that a scheme means where none is written (RFC 9110 sections 4.2.1 and 4.2.2); 0: it means none. */
export const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { https: 443, http: 80, tcp: 0 };

/** `host:port`; brackets tell the end of an IPv6 address (RFC 3986 section 3.2.2). */
export function endpointText(host: string, port: number): string {
  return `${hostText(host)}:${port}`;
}

/** An authority as it is written in a URL or a Host field: the scheme's own port is left out, as servers that compare names expect. */
export function authorityText({ scheme, host, port }: Authority): string {
  return port === DEFAULT_PORTS[scheme] ? hostText(host) : endpointText(host, port);
}

/** A host as it is written in a URL. */
export function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
