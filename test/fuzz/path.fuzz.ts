import { canonicalPath } from '../../src/core/policy/canonical-path.ts';
import { matchesPath, parsePathPattern, resemblesPath, viewPath } from '../../src/core/policy/paths.ts';

export const name = 'path';

export const seeds: Uint8Array[] = ['/', '/repos/a/issues/7?b=c', '/%7Euser/%C3%A4', '/a;v=1/b', '/.well-known/x', '/a|b[c]', '/a/*/b/**'].map((text) => Buffer.from(text));

export const tokens: Uint8Array[] = ['/', '.', '..', ';', '%2e', '%2f', '%25', '%5c', '%00', '%3b', '%c0%af', '%41', '?', '#', '*', '**', '\\'].map((text) => Buffer.from(text));

/** Whatever is accepted reads as itself, holds no segment that could lead elsewhere in any reading, and matches the pattern of its own words. */
export function target(bytes: Uint8Array): void {
  const canonical = canonicalPath(Buffer.from(bytes).toString('latin1'));
  if (!canonical.ok) return;
  const { path, query } = canonical;
  const again = canonicalPath(`${path}?${query}`);
  if (!again.ok || again.path !== path || again.query !== query) throw new Error(`${path} does not read as itself`);
  for (const reading of [path, decodeURIComponent(path)]) {
    for (const text of [reading, reading.replaceAll(/;[^/]*/g, '')]) {
      if (/\/\.{1,2}(?:\/|$)|\/\/|\\|\0/.test(text)) throw new Error(`${path} can be read as ${text}`);
    }
  }
  const pattern = parsePathPattern(path);
  if (!pattern.ok) return;
  const view = viewPath(path);
  if (!matchesPath(pattern.pattern, view) && !path.includes('/*')) throw new Error(`${path} does not match itself`);
  if (matchesPath(pattern.pattern, view) && !resemblesPath(pattern.pattern, view)) throw new Error(`${path} matches and does not resemble itself`);
}
