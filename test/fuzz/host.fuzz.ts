import { parseHost } from '../../src/core/address/host.ts';
import { parseHostPort } from '../../src/core/address/host-port.ts';

export const name = 'host';

export const seeds: Uint8Array[] = ['api.example.com', 'API.Example.com.', '192.0.2.1', '[2001:db8::1]', '::ffff:192.0.2.1', 'xn--bcher-kva.example', 'api.example.com:443', '[::1]:8443'].map((text) => Buffer.from(text));

export const tokens: Uint8Array[] = ['.', ':', '[', ']', '%', '::', '0x', '127.0.0.1', 'xn--', '\0', '。', '*', '-', '_'].map((text) => Buffer.from(text));

/** Whatever is accepted is lower-case ASCII of few kinds and reads as itself; with a port it reads as with that port apart. */
export function target(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString('latin1');
  const parsed = parseHost(text);
  if (parsed.ok) {
    if (!/^[a-z0-9._-]+$|^[0-9a-f:.]+$/.test(parsed.host)) throw new Error(`accepts ${parsed.host}`);
    const again = parseHost(parsed.host);
    if (!again.ok || again.host !== parsed.host) throw new Error(`${parsed.host} does not read as itself`);
  }
  const place = parseHostPort(text, 443);
  if (!place.ok) return;
  const written = place.host.includes(':') ? `[${place.host}]:${place.port}` : `${place.host}:${place.port}`;
  const again = parseHostPort(written);
  if (!again.ok || again.host !== place.host || again.port !== place.port) throw new Error(`${written} does not read as itself`);
}
