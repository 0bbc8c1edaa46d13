import * as grpc from '@grpc/grpc-js';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { contextFor, fakeAuthority } from '../../fakes/tool-server.ts';
import { policyOf, startWorld, type World } from './harness.ts';

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };

function method(name: string, requestStream: boolean, responseStream: boolean): grpc.MethodDefinition<string, string> {
  return { path: `/shop.v1.Orders/${name}`, requestStream, responseStream, requestSerialize: text.serialize, requestDeserialize: text.deserialize, responseSerialize: text.serialize, responseDeserialize: text.deserialize };
}

const ORDERS = { Get: method('Get', false, false), List: method('List', false, true), Put: method('Put', true, false), Chat: method('Chat', true, true), Delete: method('Delete', false, false), Fail: method('Fail', false, false) };

type Call = grpc.ServerDuplexStream<string, string>;

async function shop(): Promise<{ port: number; ca: string; called: string[]; stop(): void }> {
  const authority = await fakeAuthority();
  const called: string[] = [];
  const server = new grpc.Server();
  server.addService(ORDERS, {
    Get: (call: grpc.ServerUnaryCall<string, string>, done: grpc.sendUnaryData<string>) => {
      called.push('Get');
      const trailers = new grpc.Metadata();
      trailers.set('x-cost', '3');
      done(null, `order ${call.request} ${call.metadata.get('x-who').join()}`, trailers);
    },
    List: (call: grpc.ServerWritableStream<string, string>) => { for (const item of call.request.split(' ')) call.write(item); call.end(); },
    Put: (call: grpc.ServerReadableStream<string, string>, done: grpc.sendUnaryData<string>) => { const all: string[] = []; call.on('data', (item: string) => all.push(item)); call.on('end', () => { done(null, all.join('+')); }); },
    Chat: (call: Call) => { call.on('data', (item: string) => call.write(`re ${item}`)); call.on('end', () => { call.end(); }); },
    Delete: (_: unknown, done: grpc.sendUnaryData<string>) => { called.push('Delete'); done(null, 'gone'); },
    Fail: (_: unknown, done: grpc.sendUnaryData<string>) => { done({ code: grpc.status.NOT_FOUND, details: 'no such order' }); },
  });
  const credentials = new (class extends grpc.ServerCredentials {
    constructor() {
      super({ SNICallback: (name, done) => { done(null, contextFor(authority, name)); } }, {});
    }
    override _isSecure(): boolean { return true; }
    override _equals(): boolean { return false; }
  })();
  const port = await new Promise<number>((resolve, reject) => { server.bindAsync('127.0.0.1:0', credentials, (error, bound) => { if (error) reject(error); else resolve(bound); }); });
  const stop = (): void => { server.forceShutdown(); };
  onTestFinished(stop);
  return { port, ca: authority.certificatePem, called, stop };
}

async function worldTo({ port, ca }: { port: number; ca: string }, limit = ''): Promise<World> {
  return await startWorld({
    ca: [ca], capturedPort: port,
    policy: policyOf(`
- name: orders
  grpc: {hosts: [api.example.com], ports: [${port}], addresses: [127.0.0.0/8]}
  rules:
  - deny: {services: [shop.v1.Orders], methods: [Delete]}
  - allow: {services: [shop.v1.*]}${limit}`),
  });
}

/** A client whose connections come out where the agent's would; it knows nothing of the proxy but its CA. */
async function clientOf(world: World, port: number): Promise<grpc.Client> {
  const door = createServer((socket) => {
    socket.on('error', () => {});
    void world.enter('captured-plain', 'api.example.com').then((way) => {
      socket.pipe(way).pipe(socket);
      way.on('error', () => { socket.destroy(); });
      socket.on('close', () => { way.destroy(); });
    });
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const address = door.address();
  const client = new grpc.Client(`127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, grpc.credentials.createSsl(Buffer.from(world.authority.certificatePem)), {
    'grpc.ssl_target_name_override': 'api.example.com', 'grpc.default_authority': `api.example.com:${port}`,
  });
  onTestFinished(() => { client.close(); door.close(); });
  return client;
}

interface Said {
  readonly value?: string | undefined;
  readonly error?: grpc.ServiceError | null;
  readonly status?: grpc.StatusObject;
}

async function unary(client: grpc.Client, { path }: { path: string }, value: string): Promise<Said> {
  const metadata = new grpc.Metadata();
  metadata.set('x-who', 'triage');
  return await new Promise((resolve) => {
    let said: Said = {};
    const call = client.makeUnaryRequest(path, text.serialize, text.deserialize, value, metadata, { deadline: Date.now() + 5_000 }, (error, reply) => { said = { error, value: reply }; });
    call.on('status', (status) => { setImmediate(() => { resolve({ ...said, status }); }); });
  });
}

describe('gRPC through the proxy, with a real client and a real server', () => {
  test('a unary call is judged by service and method, and recorded with its status', async () => {
    const server = await shop();
    const world = await worldTo(server);
    const said = await unary(await clientOf(world, server.port), ORDERS.Get, '7');

    expect(said.error).toBeNull();
    expect(said.value).toBe('order 7 triage');
    expect(said.status?.metadata.get('x-cost')).toEqual(['3']);
    expect(await world.records.intent()).toMatchObject({ decision: 'permit', protocol: 'grpc', grpc: { service: 'shop.v1.Orders', method: 'Get' } });
    expect(await world.records.outcome()).toMatchObject({ result: 'completed', status: 200, grpc: { status: 0 } });
  });

  test('a refused method fails with PERMISSION_DENIED and the reason, and never reaches the server', async () => {
    const server = await shop();
    const world = await worldTo(server);
    const { error } = await unary(await clientOf(world, server.port), ORDERS.Delete, '7');

    expect(error).toMatchObject({ code: grpc.status.PERMISSION_DENIED });
    expect(error?.details).toContain('denied');
    expect(error?.metadata.get('sallyport-reason')).toEqual(['denied-by-rule']);
    expect(server.called).toEqual([]);
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', reason: 'denied-by-rule', grpc: { method: 'Delete' } });
  });

  test('a limit that is reached is RESOURCE_EXHAUSTED', async () => {
    const server = await shop();
    const client = await clientOf(await worldTo(server, '\n    limit: 1/h'), server.port);
    await unary(client, ORDERS.Get, '1');

    expect((await unary(client, ORDERS.Get, '2')).error).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED });
  });

  test('the server\'s own error comes through, and is recorded', async () => {
    const server = await shop();
    const world = await worldTo(server);
    const { error } = await unary(await clientOf(world, server.port), ORDERS.Fail, 'x');

    expect(error).toMatchObject({ code: grpc.status.NOT_FOUND, details: 'no such order' });
    expect(await world.records.outcome()).toMatchObject({ result: 'completed', grpc: { status: 5 } });
  });

  test('a server that is not there is UNAVAILABLE', async () => {
    const server = await shop();
    const world = await worldTo(server);
    server.stop();
    const { error } = await unary(await clientOf(world, server.port), ORDERS.Get, 'x');

    expect(error).toMatchObject({ code: grpc.status.UNAVAILABLE });
  });

  test('messages stream in either direction and in both at once, each as it comes', async () => {
    const server = await shop();
    const world = await worldTo(server);
    const client = await clientOf(world, server.port);
    const list = client.makeServerStreamRequest(ORDERS.List.path, text.serialize, text.deserialize, 'a b c');
    const listed: string[] = [];
    list.on('data', (item: string) => listed.push(item));
    await once(list, 'end');
    const put = await new Promise<string | undefined>((resolve, reject) => {
      const call = client.makeClientStreamRequest(ORDERS.Put.path, text.serialize, text.deserialize, (error, value) => { if (error) reject(error); else resolve(value); });
      for (const item of ['x', 'y', 'z']) call.write(item);
      call.end();
    });
    const chat = client.makeBidiStreamRequest(ORDERS.Chat.path, text.serialize, text.deserialize);
    const replies: unknown[] = [];
    for (const item of ['one', 'two']) {
      chat.write(item);
      const [reply] = await once(chat, 'data') as unknown[];
      replies.push(reply);
    }
    chat.end();
    await once(chat.resume(), 'end');

    expect({ listed, put, replies }).toEqual({ listed: ['a', 'b', 'c'], put: 'x+y+z', replies: ['re one', 're two'] });
    expect(await world.records.outcome(2)).toMatchObject({ result: 'completed', grpc: { status: 0 } });
  });

  test('a client that cancels ends the call at the server', async () => {
    const server = await shop();
    const world = await worldTo(server);
    const chat = (await clientOf(world, server.port)).makeBidiStreamRequest(ORDERS.Chat.path, text.serialize, text.deserialize);
    chat.on('error', () => {});
    chat.write('one');
    await once(chat, 'data');
    chat.cancel();

    expect(await world.records.outcome()).toMatchObject({ result: 'cut', reason: 'client-gone' });
  });
});
