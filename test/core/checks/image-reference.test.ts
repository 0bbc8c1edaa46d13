import { expect, test } from 'vitest';
import { parseImage } from '../../../src/core/checks/image-reference.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const READ: readonly [text: string, name: string, tag?: string | undefined, digest?: string][] = [
  ['busybox', 'docker.io/library/busybox'],
  ['busybox:1.36', 'docker.io/library/busybox', '1.36'],
  ['acme/agent', 'docker.io/acme/agent'],
  ['index.docker.io/busybox', 'docker.io/library/busybox'],
  ['docker.io/busybox', 'docker.io/library/busybox'],
  ['localhost/agent', 'localhost/agent'],
  ['localhost:5000/agent:1', 'localhost:5000/agent', '1'],
  ['registry.example.com/a/b/c', 'registry.example.com/a/b/c'],
  ['Registry.Example.COM/agent', 'registry.example.com/agent'],
  ['UPPER/agent', 'upper/agent'],
  ['registry.example.com:443/agent:v1', 'registry.example.com:443/agent', 'v1'],
  ['[2001:db8::1]:5000/agent', '[2001:db8::1]:5000/agent'],
  [`agent@${DIGEST}`, 'docker.io/library/agent', undefined, DIGEST],
  [`registry.example.com/agent:1@${DIGEST}`, 'registry.example.com/agent', '1', DIGEST],
  [`registry.example.com/${'a'.repeat(255)}`, `registry.example.com/${'a'.repeat(255)}`],
  ['registry.example.com/a__b/c--d/e.f', 'registry.example.com/a__b/c--d/e.f'],
];
const REFUSED: readonly [sentence: string, text: string][] = [
  ['nothing', ''],
  ['a scheme', 'https://registry.example.com/agent'],
  ['upper case in the repository', 'registry.example.com/Agent'],
  ['white space', 'registry.example.com/agent '],
  ['a line feed', 'registry.example.com/agent\n'],
  ['a host alone', 'registry.example.com/'],
  ['an empty step', 'registry.example.com//agent'],
  ['a step upwards', 'registry.example.com/../agent'],
  ['a dot at the end of the host', 'registry.example.com./agent'],
  ['user information', 'user@registry.example.com/agent'],
  ['user information and a password', 'user:word@registry.example.com/agent'],
  ['two digests', `agent@${DIGEST}@${DIGEST}`],
  ['a short digest', 'agent@sha256:abc'],
  ['a digest in upper case', `agent@sha256:${'A'.repeat(64)}`],
  ['a digest of an unknown kind', `agent@md5:${'a'.repeat(32)}`],
  ['an empty digest', 'agent@'],
  ['an empty tag', 'agent:'],
  ['a tag that begins with a dot', 'agent:.1'],
  ['a tag of 129 letters', `agent:${'a'.repeat(129)}`],
  ['a port that is none', 'registry.example.com:port/agent'],
  ['an id', 'a'.repeat(64)],
  ['a repository of 256 letters', `registry.example.com/${'a'.repeat(256)}`],
  ['letters that only look alike', 'regіstry.example.com/agent'],
  ['an escape', 'registry.example.com%2fevil.example/agent'],
  ['a back slash', 'registry.example.com\\agent'],
];

test.each(READ)('%s', (text, name, tag, digest) => {
  const read = parseImage(text);
  expect({ name: `${read?.registry}/${read?.repository}`, tag: read?.tag, digest: read?.digest }).toEqual({ name, tag, digest });
});

test.each(REFUSED)('%s is refused', (_sentence, text) => {
  expect(parseImage(text)).toBeUndefined();
});

test('a megabyte is refused in no time', () => {
  const start = performance.now();
  for (const part of ['a', 'a-', 'a.', 'a/', ':', '@', '-']) expect(parseImage(part.repeat(150_000))).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(5_000);
});
