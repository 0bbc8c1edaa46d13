import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateEvidenceKey, readEvidencePair } from '../../../src/adapters/journal/evidence-pair.ts';
import { generateLinkKey, readLinkSigner } from '../../../src/adapters/link/key.ts';
import { mintAuthority } from '../../../src/adapters/certificates/serving.ts';
import { LinkWorld } from '../../fakes/link-world.ts';
import { soon } from '../../fakes/soon.ts';
import { FakeTokenIssuer } from '../../fakes/token-issuer.ts';

let world: LinkWorld;

beforeEach(async () => {
  world = await LinkWorld.create();
  world.putPod();
  world.putPolicy('triage', ['api.example.com']);
});

afterEach(() => world.close());

const hostsOf = (snapshot: { policies: readonly { spec: { tools: readonly { http?: { hosts: readonly string[] } | undefined }[] } }[] } | undefined): readonly string[] =>
  snapshot?.policies.flatMap(({ spec }) => spec.tools.flatMap(({ http }) => http?.hosts ?? [])) ?? [];

describe('a sidecar on the link', () => {
  test('gets the policies of its pod and who it is', async () => {
    await world.startController();
    const { link } = await world.link();
    const snapshot = await link.whenReady();
    expect(hostsOf(snapshot)).toEqual(['api.example.com']);
    expect(link.subject()).toEqual({
      namespace: 'agents', agent: 'triage', serviceAccount: 'triage', pod: 'triage-1', uid: 'uid-1', labels: { app: 'triage', 'sallyport.dev/agent': 'triage' },
    });
  });

  test('is told what to seal payloads to, and never what opens them', async () => {
    await world.startController();
    const { link } = await world.link();
    expect(await link.evidenceKey()).toEqual(world.evidence.publicKey);
    expect(world.logged.join()).not.toContain(world.evidence.privateKey.d);
  });

  test('keeps to the key that it began with when a later line names another, and says so once', async () => {
    const first = await world.startController();
    const { link, notices } = await world.link({ pause: async () => undefined });
    const { kid } = await link.evidenceKey();
    const before = link.current()?.generation ?? 0;
    await first.close();
    world.evidence = readEvidencePair(generateEvidenceKey());
    await world.startController({ listen: first.address });
    await soon('a line of the next controller', () => (link.current()?.generation ?? 0) > before);
    world.putPolicy('triage', ['changed.example.com']);
    await soon('one more line', () => hostsOf(link.current()).includes('changed.example.com'));
    expect((await link.evidenceKey()).kid).toBe(kid);
    expect(notices.filter(({ event }) => event === 'evidence-key-changed').map(({ sentence }) => sentence)).toEqual([
      `payloads are to be sealed to key ${world.evidence.publicKey.kid} from this sidecar's next start on, and until then to the key that it started with`,
    ]);
  });

  test('obeys a changed, a further and a removed policy', async () => {
    await world.startController();
    const { link } = await world.link();
    const first = await link.whenReady();
    world.putPolicy('triage', ['api.example.com', 'other.example.com']);
    await soon('the changed policy', () => hostsOf(link.current()).length === 2);
    expect(link.current()?.generation).toBeGreaterThan(first.generation);
    world.putPolicy('more', ['more.example.com']);
    await soon('the further policy', () => hostsOf(link.current()).includes('more.example.com'));
    world.policies.remove('agents', 'triage');
    await soon('the removed policy', () => hostsOf(link.current()).join() === 'more.example.com');
  });

  test('hears of a change once, and not of what does not concern it', async () => {
    await world.startController();
    const { link } = await world.link();
    await link.whenReady();
    const heard: string[] = [];
    const end = link.onChange((snapshot) => heard.push(hostsOf(snapshot).join()));
    world.putPolicy('others', ['others.example.com'], { agents: { matchLabels: { app: 'others' } } });
    world.putPolicy('triage', ['changed.example.com']);
    await soon('the change', () => heard.length > 0);
    end();
    world.putPolicy('triage', ['again.example.com']);
    await soon('the second change', () => hostsOf(link.current()).includes('again.example.com'));
    expect(heard).toEqual(['changed.example.com']);
  });

  test('keeps a policy in its last good version when it is spoilt, and is told why', async () => {
    await world.startController();
    const { link, notices } = await world.link();
    await link.whenReady();
    world.putPolicy('triage', ['*.com']);
    const told = await soon('the notice', () => notices.find(({ sentence }) => sentence.includes('*.com')));
    expect(told.event).toBe('policy-loaded');
    expect(hostsOf(link.current())).toEqual(['api.example.com']);
  });

  test('is judged by other policies once its labels change', async () => {
    world.putPolicy('others', ['others.example.com'], { agents: { matchLabels: { app: 'others' } } });
    world.putPolicy('triage', ['api.example.com'], { agents: { matchLabels: { app: 'triage' } } });
    await world.startController();
    const { link } = await world.link();
    await link.whenReady();
    world.putPod('triage-1', { labels: { app: 'others' } });
    await soon('the other policy', () => hostsOf(link.current()).join() === 'others.example.com');
    expect(link.subject()?.agent).toBe('triage-1');
  });

  test('gets an empty snapshot where no policy selects its pod, so that everything is denied', async () => {
    world.policies.remove('agents', 'triage');
    await world.startController();
    const { link } = await world.link();
    expect((await link.whenReady()).policies).toEqual([]);
  });

  test('stays valid by heartbeats alone', async () => {
    await world.startController();
    const { link } = await world.link({ maxStalenessMs: 5_000 });
    const { validUntil = 0, generation } = await link.whenReady();
    const renewed = await soon('a renewal', () => (link.current()?.validUntil ?? 0) > validUntil && link.current());
    expect(renewed.generation).toBe(generation);
  });

  test('keeps what it has when the controller is gone, and takes up the next one', async () => {
    const { address } = await world.startController();
    const { link, notices } = await world.link();
    const before = await link.whenReady();
    await world.controller?.close();
    await soon('the loss', () => notices.some(({ event }) => event === 'link-down'));
    expect(link.current()?.digest).toBe(before.digest);
    world.putPolicy('triage', ['later.example.com']);
    await world.startController({ listen: address });
    await soon('the policy of the next controller', () => hostsOf(link.current()).includes('later.example.com'));
    expect(link.current()?.generation).toBeGreaterThan(before.generation);
  });

  test('is let go when its pod is removed', async () => {
    await world.startController();
    const { link, notices } = await world.link();
    await link.whenReady();
    world.pods.remove('agents', 'triage-1');
    await soon('the end', () => notices.some(({ code, sentence }) => code === 'refused' && sentence.includes('which is not there')));
  });

  test('is let go when another pod takes its name, however the controller hears of it', async () => {
    await world.startController();
    const { link, notices } = await world.link();
    await link.whenReady();
    world.putPod('triage-1', { uid: 'uid-2' });
    await soon('the end', () => notices.some(({ code, sentence }) => code === 'refused' && sentence.includes('pod-mismatch')));
  });

  test('shows its token anew before it expires', async () => {
    await world.startController();
    const { link, notices } = await world.link({ tokenFile: await world.tokenFile({ expires: Date.now() + 1_000 }) });
    await link.whenReady();
    await soon('the end of the connection', () => notices.some(({ event }) => event === 'link-down'));
    await soon('the refusal of the old token', () => notices.some(({ sentence }) => sentence.includes('token-expired')));
  });
});

describe('a sidecar is not answered', () => {
  test.each([
    ['without a pod in its token', { unbound: true }, 'token-unbound'],
    ['with a token for another audience', { audience: 'https://kubernetes.default.svc' }, 'token-foreign'],
    ['with a token of another issuer', { issuer: 'https://issuer.example' }, 'token-foreign'],
    ['with an expired token', { expires: Date.now() - 60_000 }, 'token-expired'],
    ['for a pod that is not there', { pod: 'triage-2' }, 'pod-unknown'],
    ['for a pod of that name that is another by now', { uid: 'uid-0' }, 'pod-mismatch'],
    ['with the token of another service account', { serviceAccount: 'admin' }, 'pod-mismatch'],
    ['for a pod in another namespace', { namespace: 'elsewhere' }, 'pod-unknown'],
  ] as const)('%s', async (_name, claims, code) => {
    await world.startController();
    const { link, notices } = await world.link({ tokenFile: await world.tokenFile(claims) });
    const notice = await soon('the refusal', () => notices.find(({ event }) => event === 'link-down'));
    expect(notice.sentence).toContain(`"reason":"${code}"`);
    expect(link.current()).toBeUndefined();
  });

  test('with a token that somebody else signed under a known key id', async () => {
    await world.startController();
    const forger = await FakeTokenIssuer.create();
    const { notices } = await world.link({ tokenFile: await world.tokenFile({}, forger) });
    expect((await soon('the refusal', () => notices[0])).sentence).toContain('wrong signature');
  });

  test('with a token that somebody else signed under a key id of their own', async () => {
    await world.startController();
    const forger = await FakeTokenIssuer.create('forged');
    const { notices } = await world.link({ tokenFile: await world.tokenFile({}, forger) });
    expect((await soon('the refusal', () => notices[0])).sentence).toContain('unknown key');
  });

  test('while the controller does not know the cluster as it is now', async () => {
    world.pods.lastContact = Date.now() - 3_600_000;
    await world.startController();
    const { notices } = await world.link();
    expect((await soon('the refusal', () => notices[0])).sentence).toContain('503');
  });

  test.each([
    ['has ended', { finished: true }],
    ['is past its deletion', { deletedAt: Date.now() - 1 }],
  ])('once its pod %s', async (_name, change) => {
    world.putPod('triage-1', change);
    await world.startController();
    const { notices } = await world.link();
    expect((await soon('the refusal', () => notices[0])).sentence).toContain('pod-ended');
  });
});

describe('a sidecar does not obey', () => {
  test('a controller whose certificate its CA did not sign', async () => {
    await world.startController();
    const other = await mintAuthority({ commonName: 'Other CA', now: Date.now(), lifetime: 86_400_000 });
    const { link, notices } = await world.link({ ca: other.cert });
    expect((await soon('the refusal', () => notices[0])).code).toBe('unreachable');
    expect(link.current()).toBeUndefined();
  });

  test('a line that another key signed', async () => {
    await world.startController();
    const { link, notices } = await world.link({ keys: [readLinkSigner(generateLinkKey()).publicKey] });
    expect((await soon('the refusal', () => notices[0])).code).toBe('signature-wrong');
    expect(link.current()).toBeUndefined();
  });

  test('a line for another pod', async () => {
    await world.startController();
    const { link, notices } = await world.link({ pod: { namespace: 'agents', name: 'triage-1', uid: 'uid-2' } });
    expect((await soon('the refusal', () => notices[0])).code).toBe('subject-wrong');
    expect(link.current()).toBeUndefined();
  });
});
