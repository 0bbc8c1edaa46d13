import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/adapters/kube/client.ts';
import { mintAuthority, mintServing, type KeptAuthority } from '../../src/adapters/certificates/serving.ts';
import { generateEvidenceKey, readEvidencePair } from '../../src/adapters/journal/evidence-pair.ts';
import { createLink, type Link, type LinkNotice, type LinkSettings } from '../../src/adapters/link/client.ts';
import { generateLinkKey, type LinkSigner, readLinkSigner } from '../../src/adapters/link/key.ts';
import type { LivePod } from '../../src/apps/controller/live-pod.ts';
import { type PolicyReading, readPolicy } from '../../src/apps/controller/policy-reading.ts';
import { type ControllerSettings, type RunningController, startController } from '../../src/apps/controller/start.ts';
import { FakeCollection } from './collection.ts';
import { FakeTokenIssuer, type TokenClaims } from './token-issuer.ts';

const DAY = 86_400_000;

export interface ConnectedLink {
  readonly link: Link;
  readonly notices: LinkNotice[];
}

/** A controller that really serves, over a cluster that is changed by hand, and sidecars' ends of its link. */
export class LinkWorld {
  readonly pods = new FakeCollection<LivePod | undefined>(Date.now());
  readonly policies = new FakeCollection<PolicyReading>(Date.now());
  readonly issuer: FakeTokenIssuer;
  readonly signer: LinkSigner = readLinkSigner(generateLinkKey());
  /** The pair whose public half the controller tells; another one from its next start on. */
  evidence = readEvidencePair(generateEvidenceKey());
  readonly authority: KeptAuthority;
  readonly directory = mkdtempSync(join(tmpdir(), 'sallyport-link-'));
  readonly logged: string[] = [];
  ownerName: (pod: LivePod) => Promise<string> = async (pod) => pod.name;
  controller: RunningController | undefined;
  readonly #links: Link[] = [];

  private constructor(issuer: FakeTokenIssuer, authority: KeptAuthority) {
    this.issuer = issuer;
    this.authority = authority;
  }

  static async create(): Promise<LinkWorld> {
    const authority = await mintAuthority({ commonName: 'Test CA', now: Date.now(), lifetime: DAY });
    return new LinkWorld(await FakeTokenIssuer.create(), authority);
  }

  /** With the port of an earlier controller it takes its place. */
  async startController(settings: Partial<ControllerSettings> = {}, clock: () => number = Date.now): Promise<RunningController> {
    const certificate = await mintServing({ authority: this.authority, dnsNames: ['localhost'], ips: ['127.0.0.1'], now: Date.now(), lifetime: DAY });
    const said = (facts: object, message: string): void => {
      this.logged.push(`${message} ${JSON.stringify(facts)}`);
    };
    this.controller = await startController(
      { listen: { host: '127.0.0.1', port: 0 }, health: { host: '127.0.0.1', port: 0 }, heartbeat: 50, ...settings },
      {
        pods: this.pods,
        policies: this.policies,
        tokenSigners: async () => this.issuer.signers(),
        ownerName: (pod) => this.ownerName(pod),
        certificate: { current: () => certificate, onChange: () => () => undefined },
        signer: this.signer,
        evidenceKey: this.evidence.publicKey,
        log: { info: said, warn: said, error: said },
        now: clock,
      },
    );
    return this.controller;
  }

  get url(): string {
    return `https://127.0.0.1:${this.controller?.address.port}`;
  }

  putPod(name = 'triage-1', change: Partial<LivePod> = {}): LivePod {
    const pod: LivePod = { namespace: 'agents', name, uid: 'uid-1', serviceAccount: 'triage', labels: { app: 'triage', 'sallyport.dev/agent': 'triage' }, finished: false, ...change };
    this.pods.put(pod.namespace, name, pod);
    return pod;
  }

  putPolicy(name: string, hosts: readonly string[], spec: object = {}): void {
    this.putObject(name, { tools: [{ name: 'items', http: { hosts }, access: 'read-only' }], ...spec });
  }

  putObject(name: string, spec: object): void {
    const object: KubeObject = { apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name, namespace: 'agents', uid: `uid of ${name}`, resourceVersion: '7' }, spec };
    this.policies.put('agents', name, readPolicy(object));
  }

  async tokenFile(claims: TokenClaims = {}, issuer = this.issuer): Promise<string> {
    const file = join(this.directory, `token-${Math.random()}`);
    writeFileSync(file, `${await issuer.token(claims)}\n`);
    return file;
  }

  async link(settings: Partial<LinkSettings> = {}): Promise<ConnectedLink> {
    const notices: LinkNotice[] = [];
    const link = createLink({
      url: this.url,
      ca: this.authority.cert,
      keys: [this.signer.publicKey],
      tokenFile: settings.tokenFile ?? await this.tokenFile(),
      pod: { namespace: 'agents', name: 'triage-1', uid: 'uid-1' },
      now: Date.now,
      onNotice: (notice) => notices.push(notice),
      ...settings,
    });
    this.#links.push(link);
    return { link, notices };
  }

  async close(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.close()));
    await this.controller?.close();
    rmSync(this.directory, { recursive: true });
  }
}
