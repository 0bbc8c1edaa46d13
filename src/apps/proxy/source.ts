import { InputFault } from '../../adapters/command-line/input-fault.ts';
import type { AgentName } from '../../adapters/command-line/options.ts';
import type { NoticeDraft } from '../../core/evidence/draft.ts';
import type { EvidenceJwk } from '../../core/evidence/evidence-jwk.ts';
import { formatProblem } from '../../core/policy/problem.ts';
import type { Subject } from '../../core/terms/subject.ts';
import type { Log, SnapshotSource } from './ports.ts';

export interface SourceOptions {
  readonly policy?: string;
  readonly agent?: AgentName;
  readonly labels?: Readonly<Record<string, string>>;
  readonly controller?: string;
  readonly controllerCa?: string;
  readonly linkKey?: readonly string[];
  readonly tokenFile?: string;
  readonly resolver?: readonly string[];
  readonly clusterDomain?: string;
}

type Said = Omit<NoticeDraft, 'kind'>;

/** Where the policies come from, as the command line says, and who is calling. */
export interface Source extends SnapshotSource {
  /** What `subject()` of the source does not say. */
  readonly defaultSubject: Subject;
  /** What to seal payloads to, once the controller has said it; absent where there is no controller, and the journal has a key pair of its own. */
  evidenceKey?(): Promise<EvidenceJwk>;
  /** Passes on what there is to record, from the beginning. */
  tell(listener: (said: Said) => void): void;
  close(): Promise<void>;
}

/** Rejects with `InputFault`: one sentence where the options do not go together, all problems where the policy files are bad. */
export async function openSource(options: SourceOptions, log: Log): Promise<Source> {
  const { policy, controller } = options;
  if (policy !== undefined && controller === undefined) return await fromFiles(policy, options, log);
  if (controller !== undefined && policy === undefined) return await fromController(controller, options, log);
  throw new InputFault('usage', `expected either --policy <file> or --controller <url>, got ${policy === undefined ? 'neither' : 'both'}`);
}

async function fromFiles(path: string, { agent, labels }: SourceOptions, log: Log): Promise<Source> {
  // The schema weighs megabytes that a sidecar, which gets its policies over the link, need not carry.
  const { openPolicyFiles } = await import('../../adapters/policy-files/watch.ts');
  const notices = new Notices();
  const files = await openPolicyFiles({
    path, log,
    agent: { ...(agent && { namespace: agent.namespace }), ...(labels && { labels }) },
    onReload: (problems) => {
      if (problems.length > 0) notices.say({ event: 'policy-refused', sentence: `The policy files are refused, and the last good policy stays in force: ${problems.map(formatProblem).join('; ')}` });
    },
  });
  const said = new Set<string>();
  const sayOmissions = (): void => {
    for (const omission of files.omissions.filter(({ sentence }) => !said.has(sentence))) notices.say(omission);
    for (const { sentence } of files.omissions) said.add(sentence);
  };
  sayOmissions();
  files.onChange(sayOmissions);
  return {
    current: () => files.current(),
    onChange: (listener) => files.onChange(listener),
    defaultSubject: { namespace: files.namespace, agent: agent?.agent ?? 'local', ...(labels && { labels }) },
    tell: (listener) => { notices.tell(listener); },
    close: async () => { files.close(); },
  };
}

async function fromController(url: string, options: SourceOptions, log: Log): Promise<Source> {
  const { controllerCa, linkKey = [], tokenFile, resolver, clusterDomain } = options;
  if (controllerCa === undefined || linkKey.length === 0 || tokenFile === undefined) throw new InputFault('usage', '--controller needs --controller-ca, --link-key and --token-file');
  const [{ createLink }, { createResolver }] = await Promise.all([import('../../adapters/link/client.ts'), import('../../adapters/network/resolver.ts')]);
  const notices = new Notices();
  const pod = ownPod();
  const link = createLink({
    url, tokenFile, pod,
    ca: Buffer.from(controllerCa, 'base64').toString('utf8'),
    keys: linkKey,
    now: Date.now,
    ...(resolver && { resolver: createResolver({ servers: resolver }) }),
    ...(clusterDomain !== undefined && { clusterDomain }),
    onNotice: ({ event, sentence, generation, digest }) => {
      log.info({ event, generation }, sentence);
      // What takes force is recorded by whoever obeys it.
      if (event !== 'policy-loaded') notices.say({ event, sentence, ...(generation !== undefined && digest !== undefined && { facts: { generation, digest } }) });
    },
  });
  return {
    current: () => link.current(),
    onChange: (listener) => link.onChange(listener),
    subject: () => link.subject(),
    evidenceKey: () => link.evidenceKey(),
    defaultSubject: { namespace: pod.namespace, agent: pod.name, pod: pod.name, uid: pod.uid },
    tell: (listener) => { notices.tell(listener); },
    close: async () => { await link.close(); },
  };
}

/** Set by the injected container from the pod's own fields. */
function ownPod(): { readonly namespace: string; readonly name: string; readonly uid: string } {
  const { SALLYPORT_POD_NAMESPACE: namespace, SALLYPORT_POD_NAME: name, SALLYPORT_POD_UID: uid } = process.env;
  if (!namespace || !name || !uid) throw new InputFault('usage', '--controller needs SALLYPORT_POD_NAMESPACE, SALLYPORT_POD_NAME and SALLYPORT_POD_UID in the environment');
  return { namespace, name, uid };
}

/** A controller can be away for long before there is a journal. */
const MOST_EARLY = 100;

/** Keeps what is said before there is a journal to say it to, the newest of it. */
class Notices {
  #early: Said[] = [];
  #listener: ((said: Said) => void) | undefined;

  say(said: Said): void {
    if (this.#listener !== undefined) return this.#listener(said);
    this.#early.push(said);
    if (this.#early.length > MOST_EARLY) this.#early.shift();
    return undefined;
  }

  tell(listener: (said: Said) => void): void {
    this.#listener = listener;
    for (const said of this.#early.splice(0)) listener(said);
  }
}
