import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseTcpTable, readTcpTable, type TcpEnd } from '../../../src/adapters/network/tcp-table.ts';

const LINES = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:3A99 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 81 1 0 100 0 0 10 0
   1: 0100007F:3A99 0100007F:D001 01 00000000:00000000 00:00000000 00000000     0        0 82 1 0 20 4 30 10 -1
   2: 0100007F:D001 0100007F:3A99 01 00000000:00000000 00:00000000 00000000     0        0 83 1 0 20 4 30 10 -1
   3: 0100007F:D002 0100007F:3A99 04 00010000:00000000 04:00000000 00000000     0        0 0 1 0 20 4 30 10 -1
   4: 0100007F:D003 0100007F:3A99 05 00000000:00000000 00:00000000 00000000     0        0 84 1 0 20 4 30 10 -1
   5: 0100007F:D004 0100007F:3A99 03 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1
   6: 0100007F:D005 0100007F:0050 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0
   7: 0100007F:D005 0100007F:3A99 01 00000000:00000000 00:00000000 00000000     0        0 85 1 0 20 4 30 10 -1
   8: 0000000000000000FFFF00000100007F:D006 0000000000000000FFFF00000100007F:3A99 05 00000000:00000000 00:00000000 00000000 0 0 0 1 0
   9: B80D0120000000000000000001000000:D007 B80D0120000000000000000001000000:3A99 04 00000000:00000000 00:00000000 00000000 0 0 0 1 0`;

const at = (port: number, address = '127.0.0.1'): TcpEnd => ({ address, port });

describe('the kernel\'s lines', () => {
  const table = parseTcpTable(LINES);

  test.each([
    ['that is connected', at(0xd001), false],
    ['that nobody holds and that still has bytes to send', at(0xd002), true],
    ['whose holder only sends no more', at(0xd003), false],
    ['that is being opened', at(0xd004), false],
    ['whose port another connection had before', at(0xd005), false],
    ['that is mapped', at(0xd006), true],
    ['that is mapped, by its mapped name', at(0xd006, '::ffff:127.0.0.1'), true],
    ['of IPv6', at(0xd007, '2001:db8::1'), true],
    ['that is not in the table', at(0xd0ff), false],
    ['that is none', at(0xd002, ''), false],
  ])('an end %s', (_, end, abandoned) => {
    expect(table.isAbandoned(end)).toBe(abandoned);
  });

  test('our own connections are found by their port and the other end', () => {
    expect(table.connects(0x3a99, at(0xd001))).toBe(true);
    expect(table.connects(0x3a99, at(0xd008))).toBe(false);
  });
});

async function connection(): Promise<{ near: Socket; far: Socket; end: TcpEnd; port: number }> {
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect({ port: (server.address() as { port: number }).port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  const [near] = await once(server, 'connection') as [Socket];
  near.on('error', () => {});
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far, end: { address: near.remoteAddress ?? '', port: near.remotePort ?? 0 }, port: near.localPort ?? 0 };
}

describe('the kernel itself', () => {
  test('an agent that is there, one that sends no more, one that hung up behind unread bytes', async () => {
    const { far, end, port } = await connection();
    expect((await readTcpTable()).isAbandoned(end)).toBe(false);
    expect((await readTcpTable()).connects(port, end)).toBe(true);
    far.write('unread');
    far.end();
    await once(far, 'finish');
    expect((await readTcpTable()).isAbandoned(end)).toBe(false);
    far.destroy();

    await expect.poll(async () => (await readTcpTable()).isAbandoned(end)).toBe(true);
  });

  test('a connection that was reset is gone', async () => {
    const { far, end, port } = await connection();
    far.resetAndDestroy();

    await expect.poll(async () => (await readTcpTable()).connects(port, end)).toBe(false);
  });
});
