import { describe, expect, test } from 'vitest';
import { type SseEvent, withData } from '../../../../src/core/traffic/sse/event.ts';
import { SseFault, SseReader } from '../../../../src/core/traffic/sse/reader.ts';

function read(text: string, piece = text.length): SseEvent[] {
  const reader = new SseReader(1_000);
  const bytes = Buffer.from(text, 'utf8');
  const events: SseEvent[] = [];
  for (let at = 0; at < bytes.length; at += piece) events.push(...reader.push(bytes.subarray(at, at + piece)));
  const last = reader.end();
  return last === undefined ? events : [...events, last];
}

const fields = (events: readonly SseEvent[]): object[] => events.map((event) => Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'raw')));

/** Name, stream, events without their bytes. */
const STREAMS: readonly (readonly [string, string, object[]])[] = [
  ['one event', 'data: a\n\n', [{ data: 'a' }]],
  ['every field', 'event: message\nid: 7\nretry: 300\ndata: a\n\n', [{ type: 'message', id: '7', retry: 300, data: 'a' }]],
  ['several lines of data', 'data: a\ndata\ndata:b\n\n', [{ data: 'a\n\nb' }]],
  ['lines that end with CR', 'data: a\r\rdata: b\r\r', [{ data: 'a' }, { data: 'b' }]],
  ['lines that end with CR LF, whose last LF comes late', 'data: a\r\n\r\ndata: b\r\n\r\n', [{ data: 'a' }, { data: 'b' }, {}]],
  ['mixed line ends', 'data: a\r\ndata: b\n\rdata: c\r\n\n', [{ data: 'a\nb' }, { data: 'c' }]],
  ['a comment that keeps the connection open', ': ping\n\ndata: a\n\n', [{}, { data: 'a' }]],
  ['only one space taken off', 'data:  a\n\n', [{ data: ' a' }]],
  ['a mark at the start', '\ufeffdata: a\n\n', [{ data: 'a' }]],
  ['only a mark on a line', '\ufeff\ndata: a\n\n', [{}, { data: 'a' }]],
  ['unknown fields', 'foo: bar\nDATA: x\n\n', [{}]],
  ['an id with NUL', 'id: a\0b\ndata: x\n\n', [{ data: 'x' }]],
  ['a retry that is no number', 'retry: 1.5\n\n', [{}]],
  ['an event that the stream ends in', 'data: a\n\ndata: b', [{ data: 'a' }, { data: 'b' }]],
  ['a line that the stream ends in', 'data: a\n', [{ data: 'a' }]],
  ['empty lines', '\n\n\n', [{}, {}, {}]],
  ['nothing', '', []],
];

describe('event streams', () => {
  test.each(STREAMS)('%s', (_, text, expected) => {
    for (const piece of [text.length || 1, 1, 2, 3]) {
      const events = read(text, piece);
      expect(fields(events), `pieces of ${piece}`).toEqual(expected);
      expect(Buffer.concat(events.map(({ raw }) => raw)).toString('utf8')).toBe(text);
    }
  });

  test('an event is told of with the byte that ends it, not with the next one', () => {
    for (const end of ['\n\n', '\r\r', '\r\n\r']) expect(new SseReader(100).push(Buffer.from(`data: a${end}`))).toHaveLength(1);
  });

  test('what is held of an event does not change with the memory that it was read from', () => {
    const reader = new SseReader(100);
    const memory = Buffer.from('data: a');
    reader.push(memory);
    memory.fill('x');
    expect(reader.push(Buffer.from('b\n\n'))[0]?.data).toBe('ab');
  });

  test.each(['\n\ufeffdata: a\n\n', 'data: a\n\ufeffdata: b\n\n', 'data: a\n\n\ufeffdata: b\n\n', 'data: a\r\n\r\n\ufeffdata: b\n\n', '\ufeff\ufeffdata: a\n\n'])('a byte order mark that would count if what stands before it were left out is refused: %j', (text) => {
    for (const piece of [text.length, 1]) expect(() => read(text, piece)).toThrow('expected a byte order mark at the start of an event stream only');
  });

  test.each([['at once', 200], ['in pieces', 7]])('an event that is too large is refused, %s', (_, piece) => {
    const reader = new SseReader(100);
    const bytes = Buffer.from(`data: ${'a'.repeat(200)}\n\n`);
    expect(() => { for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece)); }).toThrow(SseFault);
  });
});

describe('an event with other data', () => {
  test.each([
    ['data: a\n\n', 'b', 'data: b\n\n'],
    ['\ufeffdata: a\n\n', 'b', 'data: b\n\n'],
    ['event: message\nid: 7\ndata: a\ndata: b\n: note\n\n', '{"c":1}', 'event: message\nid: 7\n: note\ndata: {"c":1}\n\n'],
    ['id: 7\ndata: a\n\n', undefined, 'id: 7\n\n'],
    ['\nid: 7\r\ndata: a\r\n\r', 'b\nc', 'id: 7\ndata: b\ndata: c\n\n'],
  ])('%j', (text, data, expected) => {
    const [event] = read(text).filter((one) => one.data !== undefined);
    expect(event && Buffer.from(withData(event, data)).toString('utf8')).toBe(expected);
  });
});
