import { crc32 } from 'node:zlib';

/** One message of Amazon's binary event stream, with headers of text; written with another CRC than the reader's. */
export function eventFrame(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(Buffer.byteLength(value));
    return Buffer.concat([Buffer.of(Buffer.byteLength(name)), Buffer.from(name), Buffer.of(7), length, Buffer.from(value)]);
  }));
  return framed(head, Buffer.from(payload));
}

/** Whatever the headers are. */
export function framed(head: Buffer, payload: Buffer): Buffer {
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(12 + head.length + payload.length + 4, 0);
  prelude.writeUInt32BE(head.length, 4);
  const whole = Buffer.concat([prelude, checksum(prelude), head, payload]);
  return Buffer.concat([whole, checksum(whole)]);
}

function checksum(bytes: Buffer): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(bytes));
  return crc;
}

/** An event of Converse's stream. */
export function converseFrame(type: string, payload: unknown): Buffer {
  return eventFrame({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, JSON.stringify(payload));
}

/** An event of InvokeModel's stream, which holds what the model said. */
export function chunkFrame(value: unknown): Buffer {
  return converseFrame('chunk', { bytes: Buffer.from(JSON.stringify(value)).toString('base64'), p: 'abcd' });
}
