import { describe, expect, test } from 'vitest';
import type { RequestHead, ResponseHead } from '../../../../src/core/traffic/http1/message.ts';
import { only, readVectors, type Vector } from '../../../vectors/read-vector.ts';
import { byteByByte, type Conversation, type Cut, meaning, readRequests, readResponses, rewriteRequest, rewriteResponse, whole } from './collect.ts';

const verdicts = ['accepted', 'refused', 'incomplete'];
const requests = readVectors('http1-request', { verdicts, keys: ['code', 'reason', 'message', 'closes'] });
const responses = readVectors('http1-response', { verdicts, keys: ['code', 'reason', 'message', 'closes', 'method'] });

const cuts: readonly (readonly [string, Cut])[] = [['whole', whole], ['byte by byte', byteByByte], ['in pieces of seven bytes', () => 7]];

/** `closes: yes` adds the end of the connection after the input. */
function closes({ keys }: Vector): boolean {
  const value = only(keys, 'closes') ?? 'no';
  expect(['yes', 'no']).toContain(value);
  return value === 'yes';
}

function methods({ keys }: Vector): readonly string[] {
  return keys.get('method') ?? ['GET'];
}

function expectVerdict(vector: Vector, conversation: Conversation<RequestHead> | Conversation<ResponseHead>): void {
  const { keys } = vector;
  const { messages, fault } = conversation;
  const verdict = only(keys, 'verdict');
  const actual = fault !== undefined ? 'refused' : messages.length === 0 || messages.some(({ complete }) => !complete) ? 'incomplete' : 'accepted';
  expect(`${actual}${fault ? ` ${fault.code}` : ''}`).toBe(`${verdict}${verdict === 'refused' ? ` ${only(keys, 'code')}` : ''}`);
  if (fault !== undefined) {
    expect(fault.reason).toBe(only(keys, 'reason') ?? (vector.file.startsWith('http1-response') ? 'upstream-malformed' : 'request-malformed'));
    expect(fault.message).toMatch(/expected .* got /);
  }
  const expected: unknown[] = (keys.get('message') ?? []).map((text) => JSON.parse(text));
  if (verdict === 'accepted') expect(expected.length, 'an accepted vector says what it means').toBeGreaterThan(0);
  const got = messages.filter(({ complete }) => complete).map((message) => ({ ...meaning(message), keepAlive: message.head.keepAlive }));
  if (verdict !== 'refused' || expected.length > 0) expect(got).toMatchObject(expected);
}

describe.each(cuts)('requests fed %s', (_, cut) => {
  test.each(requests)('$file', (vector) => {
    expectVerdict(vector, readRequests(vector.input, cut, closes(vector)));
  });
});

describe.each(cuts)('responses fed %s', (_, cut) => {
  test.each(responses)('$file', (vector) => {
    expectVerdict(vector, readResponses(vector.input, cut, methods(vector), closes(vector)));
  });
});

describe('what was accepted is written back and read again with the same meaning', () => {
  test.each(requests.filter(({ keys }) => only(keys, 'verdict') === 'accepted'))('$file', (vector) => {
    for (const message of readRequests(vector.input, whole).messages) {
      const again = readRequests(rewriteRequest(message), whole);
      expect(again.fault).toBeUndefined();
      expect(again.messages.map(meaning)).toEqual([meaning(message)]);
    }
  });

  test.each(responses.filter(({ keys }) => only(keys, 'verdict') === 'accepted'))('$file', (vector) => {
    const all = readResponses(vector.input, whole, methods(vector), closes(vector)).messages;
    for (const [index, message] of all.entries()) {
      const method = methods(vector)[index] ?? 'GET';
      const again = readResponses(rewriteResponse(message), whole, [method], message.head.framing.kind === 'until-close');
      expect(again.fault).toBeUndefined();
      expect(again.messages.map(meaning)).toEqual([meaning(message)]);
    }
  });
});
