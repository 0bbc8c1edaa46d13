import { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { readClientHello } from '../../../src/core/traffic/client-hello.ts';
import { only, readVectors } from '../../vectors/read-vector.ts';

const vectors = readVectors('client-hello', { verdicts: ['accepted', 'refused', 'incomplete'], keys: ['hello', 'sentence'] });

describe('vectors', () => {
  test.each(vectors)('$file', ({ keys, input }) => {
    const read = readClientHello(input);
    expect({ hello: 'accepted', fault: 'refused', more: 'incomplete' }[read.kind]).toBe(only(keys, 'verdict'));
    if (read.kind === 'hello') expect(read.hello).toEqual(JSON.parse(only(keys, 'hello') ?? ''));
    if (read.kind === 'fault') {
      expect(read.reason).toBe('tls-malformed');
      expect(read.sentence).toMatch(/^expected .* got /);
      expect(read.sentence).toContain(only(keys, 'sentence'));
    }
  });
});

describe('bytes that arrive one by one', () => {
  test.each(vectors)('$file: says "more" up to the byte that decides, and never changes its mind after it', ({ keys, input }) => {
    const reads = Array.from({ length: input.length + 1 }, (_, length) => readClientHello(input.subarray(0, length)));
    const decided = reads.findIndex(({ kind }) => kind !== 'more');
    expect(decided === -1).toBe(only(keys, 'verdict') === 'incomplete');
    // A record that has begun with too much in it is refused once it is whole, so the first decision stands for all longer inputs.
    for (const read of decided === -1 ? [] : reads.slice(decided)) expect(read).toEqual(reads[decided]);
  });
});

describe('what a real client sends', () => {
  const cases: readonly (readonly [string, ConnectionOptions, object])[] = [
    ['name and protocols', { servername: 'api.example.com', ALPNProtocols: ['h2', 'http/1.1'] }, { name: 'api.example.com', alpn: ['h2', 'http/1.1'], ech: false }],
    ['neither', {}, { alpn: [], ech: false }],
    ['only TLS 1.2', { servername: 'a.example', maxVersion: 'TLSv1.2' }, { name: 'a.example', alpn: [], ech: false }],
  ];
  test.each(cases)('%s', async (_, options, expected) => {
    const read = readClientHello(await firstBytes(options));
    expect(read).toEqual({ kind: 'hello', hello: expected });
  });
});

/** What Node's TLS client writes first, without a socket. */
function firstBytes(options: ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        resolve(chunk);
        done();
      },
    });
    connect({ ...options, socket: wire }).on('error', () => {});
  });
}
