import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type KeptAuthority, mintAuthority } from '../../../src/adapters/certificates/serving.ts';
import { generateEvidenceKey, readEvidencePair } from '../../../src/adapters/journal/evidence-pair.ts';
import { createLink, type Link, type LinkNotice, type LinkSettings } from '../../../src/adapters/link/client.ts';
import { generateLinkKey, readLinkSigner } from '../../../src/adapters/link/key.ts';
import { signMessage, type SnapshotMessage } from '../../../src/adapters/link/message.ts';
import { compile } from '../../../src/core/policy/compile.ts';
import { parseObjects } from '../../../src/core/policy/parse.ts';
import { soon } from '../../fakes/soon.ts';
import { sharedFolder } from '../../fakes/temporary-folder.ts';
import { type RawController, startRawController } from '../../fakes/raw-controller.ts';

const POD = { namespace: 'agents', name: 'triage-1', uid: 'uid-1' };
const signer = readLinkSigner(generateLinkKey());
const { publicKey: evidenceKey, privateKey } = readEvidencePair(generateEvidenceKey());
const directory = sharedFolder();
const tokenFile = join(directory, 'token');
writeFileSync(tokenFile, 'first.token.x\n');

let authority: KeptAuthority;
let controller: RawController | undefined;
const links: Link[] = [];

beforeAll(async () => {
  authority = await mintAuthority({ commonName: 'Test CA', now: Date.now(), lifetime: 86_400_000 });
});

afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await controller?.close();
  controller = undefined;
});

function message(generation: number, hosts: readonly string[] = ['api.example.com'], change: Partial<SnapshotMessage> = {}): SnapshotMessage {
  const { policies, problems } = parseObjects(
    [{ apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name: 'triage', namespace: 'agents' }, spec: { tools: [{ name: 'items', http: { hosts } }] } }],
    'test',
  );
  const compiled = compile(policies, { generation });
  if ('problems' in compiled) throw new Error(JSON.stringify([problems, compiled.problems]));
  const { digest } = compiled.snapshot;
  return { generation, digest, policies, problems: [], evidenceKey, subject: { namespace: 'agents', agent: 'triage', pod: 'triage-1', uid: 'uid-1' }, ...change };
}

const line = async (said: SnapshotMessage, by = signer, now = Date.now()): Promise<string> => `${await signMessage(said, by, now, 3_600_000)}\n`;

interface Connected {
  readonly link: Link;
  readonly notices: LinkNotice[];
}

async function connect(answer: (response: ServerResponse, connection: number) => void, settings: Partial<LinkSettings> = {}): Promise<Connected> {
  controller = await startRawController(authority, answer);
  const notices: LinkNotice[] = [];
  const link = createLink({
    url: controller.url, ca: authority.cert, keys: [signer.publicKey], tokenFile, pod: POD, now: Date.now, random: () => 0, onNotice: (notice) => notices.push(notice), ...settings,
  });
  links.push(link);
  return { link, notices };
}

const codes = (notices: readonly LinkNotice[]): unknown[] => notices.map(({ event, code }) => [event, code]);

const good = (): Promise<string> => line(message(5));

describe('the last good line stays in force when the next one', () => {
  test.each([
    ['is signed by another key', () => line(message(6), readLinkSigner(generateLinkKey())), 'signature-wrong'],
    ['says the key id of ours and is signed by another', () => line(message(6), { ...readLinkSigner(generateLinkKey()), kid: signer.kid }), 'signature-wrong'],
    ['is changed on the way', async () => (await line(message(6))).replace(/\.([\w-]{20})/, (_all, part: string) => `.${[...part].toReversed().join('')}`), 'signature-wrong'],
    ['is no signed line at all', async () => 'hello\n', 'message-malformed'],
    ['has expired', () => line(message(6), signer, Date.now() - 7_200_000), 'message-expired'],
    ['is of an older generation', () => line(message(4, ['old.example.com'])), 'generation-old'],
    ['is the same once more', good, 'generation-old'],
    ['is for another uid', () => line(message(6, ['x.example.com'], { subject: { namespace: 'agents', agent: 'triage', pod: 'triage-1', uid: 'uid-2' } })), 'subject-wrong'],
    ['is for another pod of the same uid', () => line(message(6, ['x.example.com'], { subject: { namespace: 'agents', agent: 'triage', pod: 'triage-2', uid: 'uid-1' } })), 'subject-wrong'],
    ['has a policy with a key that is not known', () => line(message(6, [], { policies: [{ ...message(6).policies[0]!, spec: { tools: [], budget: 3 } as never }] })), 'policy-malformed'],
    ['has another digest than its policies', () => line(message(6, ['x.example.com'], { digest: `sha256:${'0'.repeat(64)}` })), 'digest-wrong'],
    ['lists every name below a top-level domain', () => line(message(6, [], { policies: [{ ...message(6).policies[0]!, spec: { mode: 'enforce', tools: [{ name: 'items', http: { hosts: ['*.com'], tls: 'intercept' }, rules: [] }] } }] })), 'policy-malformed'],
    ['has a generation that is no whole number', () => line({ ...message(6), generation: 6.5 }), 'message-malformed'],
    ['has a generation that is text', () => line({ ...message(6), generation: '6' as never }), 'message-malformed'],
    ['has policies that are no list', () => line({ ...message(6), policies: { length: 0 } as never }), 'message-malformed'],
    ['has problems that are no texts', () => line({ ...message(6), problems: [{}] as never }), 'message-malformed'],
    ['is for a subject that is text', () => line({ ...message(6), subject: 'triage' as never }), 'message-malformed'],
    ['is for a subject of no namespace', () => line({ ...message(6), subject: { agent: 'triage', pod: 'triage-1', uid: 'uid-1' } as never }), 'message-malformed'],
    ['is for a subject whose labels are a list', () => line({ ...message(6), subject: { ...message(6).subject, labels: ['app'] as never } }), 'message-malformed'],
    ['names no key to seal to', () => line({ ...message(6), evidenceKey: undefined as never }), 'message-malformed'],
    ['names a key to seal to that is text', () => line({ ...message(6), evidenceKey: 'x' as never }), 'message-malformed'],
    ['names a key of another kind to seal to', () => line({ ...message(6), evidenceKey: { ...evidenceKey, kty: 'OKP' as never } }), 'message-malformed'],
    ['names a key to seal to by another thumbprint', () => line({ ...message(6), evidenceKey: { ...evidenceKey, kid: 'A'.repeat(43) } }), 'message-malformed'],
    ['names half a point to seal to', () => line({ ...message(6), evidenceKey: { ...evidenceKey, y: '' } }), 'message-malformed'],
    ['lacks its generation', () => line({ ...message(6), generation: undefined as never }), 'message-malformed'],
  ])('%s', async (_name, bad, code) => {
    const [first, second] = [await good(), await bad()];
    const { link, notices } = await connect((response) => response.write(first + second));
    const refused = await soon('the refusal', () => notices.find(({ event }) => event === 'policy-refused'));
    expect(refused.code).toBe(code);
    expect(link.current()).toMatchObject({ generation: 5, digest: message(5).digest });
  });
});

describe('the link', () => {
  test('ignores what a newer controller says besides, about the line, the pod and the key', async () => {
    const { subject } = message(5);
    const more = { ...message(5), subject: { ...subject, labels: { app: 'triage' }, zone: 'x' }, budget: 3, evidenceKey: { ...privateKey, use: 'enc' } };
    const text = await line(more);
    const { link } = await connect((response) => response.write(text));
    expect(await link.whenReady()).toMatchObject({ generation: 5, digest: message(5).digest });
    expect(link.subject()).toEqual({ ...subject, labels: { app: 'triage' } });
    expect(await link.evidenceKey()).toEqual(evidenceKey);
  });

  test('does not let heartbeats renew what it held while the newest line is one that it refused', async () => {
    const first = await line(message(5));
    const refused = await line(message(6), readLinkSigner(generateLinkKey()));
    let now = Date.now();
    const { link, notices } = await connect((response, connection) => response.write(connection === 1 ? first : `${refused}\n\n`), { now: () => now });
    await link.whenReady();
    const { validUntil } = link.current()!;
    now += 1_000;
    controller?.open[0]?.end();
    await soon('the refusal', () => notices.some(({ event }) => event === 'policy-refused'));
    expect(link.current()?.validUntil).toBe(validUntil);
  });

  test('does not let heartbeats renew anything before a connection brought a good line', async () => {
    const first = await line(message(5));
    let now = Date.now();
    const { link } = await connect((response, connection) => response.write(connection === 1 ? first : '\n\n\n'), { now: () => now });
    await link.whenReady();
    const { validUntil } = link.current()!;
    now += 1_000;
    controller?.open[0]?.end();
    await soon('the second connection', () => controller?.tokens.length === 2);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(link.current()?.validUntil).toBe(validUntil);
  });

  test('takes a line in pieces of one byte', async () => {
    const text = await line(message(5));
    const { link } = await connect((response) => {
      for (const character of text) response.write(character);
    });
    expect((await link.whenReady()).generation).toBe(5);
  });

  test('reads the token anew for each connection', async () => {
    writeFileSync(tokenFile, 'first.token.x\n');
    await connect((response, connection) => {
      if (connection === 1) writeFileSync(tokenFile, 'second.token.x');
      response.end();
    });
    await soon('two connections', () => (controller?.tokens.length ?? 0) >= 2);
    expect(controller?.tokens.slice(0, 2)).toEqual(['first.token.x', 'second.token.x']);
  });

  test.each([
    ['no file', join(directory, 'absent')],
    ['a file that holds no token', import.meta.filename],
  ])('says why it cannot connect: %s', async (_name, file) => {
    const { notices } = await connect(() => undefined, { tokenFile: file });
    await soon('a notice', () => notices[0]);
    expect(codes(notices)[0]).toEqual(['link-down', 'token-unreadable']);
    expect(controller?.tokens).toEqual([]);
  });

  test('gives up a connection without heartbeats, and says so', async () => {
    const first = await line(message(5));
    const { notices } = await connect((response) => response.write(first), { idleMs: 100 });
    expect((await soon('a notice', () => notices.find(({ event }) => event === 'link-down'))).code).toBe('silent');
  });

  test('gives up a controller that never answers', async () => {
    const { notices } = await connect(() => undefined, { idleMs: 100 });
    expect((await soon('a notice', () => notices[0])).code).toBe('silent');
  });

  test('waits longer after each failure, and is quick again after a good line', async () => {
    const first = await line(message(5));
    const pauses: number[] = [];
    const pause = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
    const { notices } = await connect((response, connection) => {
      if (connection < 4) response.writeHead(503).end('not now');
      else response.write(connection === 4 ? first : '\n');
    }, { pause });
    await soon('the good line', () => notices.some(({ event }) => event === 'policy-loaded'));
    expect(pauses).toEqual([100, 200, 400]);
    controller?.open[3]?.end();
    await soon('another connection', () => controller?.tokens.length === 5);
    expect(pauses.slice(3)).toEqual([100]);
  });

  test('says once what is wrong, and once that it is right again', async () => {
    const first = await line(message(5));
    const { notices } = await connect((response, connection) => {
      if (connection < 4) response.writeHead(503).end('not now');
      else response.write(first);
    }, { pause: async () => undefined });
    await soon('the good line', () => notices.some(({ event }) => event === 'policy-loaded'));
    expect(codes(notices)).toEqual([['link-down', 'refused'], ['link-up', undefined], ['policy-loaded', undefined]]);
  });

  test('has nothing to say of a controller that ends the connection to see a newer token', async () => {
    const [first, second] = [await line(message(5)), await line(message(6))];
    const { link, notices } = await connect((response, connection) => (connection === 1 ? response.end(first) : response.write(second)));
    await soon('the second line', () => link.current()?.generation === 6);
    expect(codes(notices)).toEqual([['policy-loaded', undefined]]);
  });

  test('finds the controller by its own resolver, below the cluster domain', async () => {
    const first = await line(message(5));
    const asked: string[] = [];
    controller = await startRawController(authority, (response) => response.write(first));
    const link = createLink({
      url: controller.url.replace('127.0.0.1', 'sallyport-controller.sallyport-system.svc'), ca: authority.cert, keys: [signer.publicKey], tokenFile, pod: POD, now: Date.now,
      clusterDomain: 'cluster.example',
      resolver: {
        async resolve(host) {
          asked.push(host);
          return ['127.0.0.1'];
        },
      },
    });
    links.push(link);
    await link.whenReady();
    expect(asked).toEqual(['sallyport-controller.sallyport-system.svc.cluster.example']);
  });

  test('follows no redirect', async () => {
    const { notices } = await connect((response) => response.writeHead(307, { location: 'https://elsewhere.example/' }).end());
    expect(await soon('a notice', () => notices[0])).toMatchObject({ code: 'refused', sentence: expect.stringContaining('answered 307') });
  });

  test('refuses to start without a key, or with one that is none', () => {
    const settings = { url: 'https://127.0.0.1:1', ca: authority.cert, tokenFile, pod: POD, now: Date.now };
    expect(() => createLink({ ...settings, keys: [] })).toThrow(expect.objectContaining({ code: 'key-invalid' }));
    expect(() => createLink({ ...settings, keys: ['c2hvcnQ'] })).toThrow(expect.objectContaining({ code: 'key-invalid' }));
  });

  test('tells who waits that it was closed, or that they gave up', async () => {
    const { link } = await connect(() => undefined);
    await expect(link.whenReady(AbortSignal.timeout(20))).rejects.toThrow('timeout');
    const waiting = link.whenReady();
    await link.close();
    await expect(waiting).rejects.toMatchObject({ code: 'unreachable' });
  });
});
