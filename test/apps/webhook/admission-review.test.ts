import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAdmissionReview } from '../../../src/apps/webhook/admission-review.ts';
import { ReviewFault } from '../../../src/apps/webhook/fault.ts';
import { readStrictJson } from '../../../src/apps/webhook/strict-json.ts';
import { reviewOf } from './review.ts';

const FOLDER = new URL('../../vectors/admission-review/', import.meta.url);

/** Each vector: a line with the verdict (`accepted` or the fault's code), then the body. */
const vectors = readdirSync(FOLDER).sort().map((name) => {
  const bytes = readFileSync(new URL(name, FOLDER));
  const end = bytes.indexOf(0x0a);
  return { name, verdict: bytes.subarray(0, end).toString(), body: bytes.subarray(end + 1) };
});

function verdictOf(body: Uint8Array): string {
  try {
    readAdmissionReview(body);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ReviewFault)) throw error;
    return error.code;
  }
}

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('reading an AdmissionReview', () => {
  test.each(vectors)('vector $name: $verdict', ({ verdict, body }) => {
    expect(verdictOf(body)).toBe(verdict);
  });

  test('keeps what the API server says of the request, and no more', () => {
    const request = { uid: 'u-7', kind: { group: 'apps', version: 'v1', kind: 'Deployment' }, resource: { group: 'apps', version: 'v1', resource: 'deployments' }, subResource: 'scale', namespace: 'agents', name: 'x', operation: 'UPDATE', userInfo: { username: 'jo', uid: '1', groups: ['g'], extra: { a: ['b'] } }, object: { a: 1 }, oldObject: { a: 2 }, dryRun: true };
    expect(readAdmissionReview(bytes(reviewOf(request)))).toEqual({ ...request, userInfo: { username: 'jo', groups: ['g'] } });
  });

  test.each([
    [reviewOf({}, { apiVersion: 'admission.k8s.io/v1beta1' }), 'expected apiVersion admission.k8s.io/v1 and kind AdmissionReview, got "admission.k8s.io/v1beta1" and "AdmissionReview"'],
    [reviewOf({ operation: 'PATCH' }), 'expected CREATE, UPDATE, DELETE or CONNECT in request.operation, got "PATCH"'],
    [reviewOf({ uid: undefined }), 'expected a string of 1 to 4096 characters in request.uid, got nothing'],
    [reviewOf({ userInfo: { groups: ['a', 1] } }), 'expected a string of 1 to 4096 characters in request.userInfo.groups[1], got 1'],
    [reviewOf({ object: [1] }), 'expected an object in request.object, got a list'],
  ])('says what it expected and what it got (%#)', (review, message) => {
    expect(() => readAdmissionReview(bytes(review))).toThrow(message);
  });
});

describe('strict JSON', () => {
  test('names the member that stands twice', () => {
    expect(() => readStrictJson(Buffer.from('{"a":1,"\\u0061":2}'))).toThrow('expected each member once and none named __proto__, got "a" twice in one object');
  });

  test('reads whatever JSON.stringify writes as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(readStrictJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('finds any member that was put in twice, wherever it stands', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(name, fc.json({ maxDepth: 2 }), fc.json({ maxDepth: 2 }), fc.nat(20), (key, one, two, depth) => {
        fc.pre(!`${one}${two}`.includes('__proto__'));
        const quoted = JSON.stringify(key);
        const text = `${'[{"x":'.repeat(depth)}{${quoted}:${one},"other ${key.length}":0,${quoted}:${two}}${'}]'.repeat(depth)}`;
        expect(() => readStrictJson(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'duplicate-key' }));
      }),
      { numRuns: 500 },
    );
  });

  test('needs time in proportion to the text, however it is made: by its square these would take hours', () => {
    for (const text of [`"${'\\\\'.repeat(700_000)}"`, `[${'"\\"",'.repeat(300_000)}0]`, `{${Array.from({ length: 100_000 }, (_, index) => `"${index}":{}`).join()}}`]) {
      expect(JSON.stringify(readStrictJson(Buffer.from(text)))).toBe(JSON.stringify(JSON.parse(text)));
    }
  });
});
