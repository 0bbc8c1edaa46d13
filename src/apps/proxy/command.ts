import './small-heap.ts';
import { homedir } from 'node:os';
import { Command, Option } from 'commander';
import { pino } from 'pino';
import { readCertificatesFile } from '../../adapters/command-line/certificates-file.ts';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { collect, collectCaptured, collectLinkKey, collectResolve, type Fixed, logLevelOption, readAgent, readLabels, readListen } from '../../adapters/command-line/options.ts';
import { journalPlace } from '../../adapters/journal/place.ts';
import type { CapturedPort } from '../../adapters/network/captured-port.ts';
import { byHost } from '../../adapters/network/fixed-name.ts';
import { DNS_PORT, EXPLICIT_PORT, HEALTH_PORT } from '../../core/terms/fixed-names.ts';
import { type AssembledProxy, assembleProxy } from './assemble.ts';
import type { CredentialParts } from './credential-calls.ts';
import { credentialParts } from './credential-parts.ts';
import { writeEnvironment } from './env-out.ts';
import { readController, readEncodedCertificates, readPortNumber, readServer, readSize } from './options.ts';
import type { Endpoint, ProxySettings } from './settings.ts';
import { openSource, type Source, type SourceOptions } from './source.ts';
import { watchUncaptured } from './uncaptured.ts';
import { type Told, waitForKey } from './wait-for-key.ts';
import { writeWhole } from './write-whole.ts';

type Options = SourceOptions & {
  readonly listen: Endpoint;
  readonly journal?: string;
  readonly journalLimit?: number;
  readonly caOut?: string;
  readonly secrets?: string;
  readonly envOut?: string;
  readonly upstreamCa?: readonly string[];
  readonly resolve?: readonly Fixed[];
  readonly captured?: readonly CapturedPort[];
  readonly dnsPort?: number;
  readonly health?: Endpoint;
  readonly logLevel: string;
};

const EXPLICIT = `127.0.0.1:${EXPLICIT_PORT}`;

const HELP_END = helpEnd({
  examples: [
    'sallyport proxy --policy policy.yaml --ca-out ca.crt',
    `HTTPS_PROXY=http://${EXPLICIT} curl --cacert ca.crt https://api.example.com/`,
    'sallyport proxy --policy policies/ --agent agents/triage --labels app=triage',
    'sallyport proxy --policy policy.yaml --resolve api.example.com:127.0.0.1 --upstream-ca test-ca.crt',
  ],
  notes: `
The policy files are read again when they change; a bad file leaves the last good policy in force, and at the start
it ends the proxy with 2. SIGTERM lets the calls under way finish for up to 10 seconds.`,
  exitCodes: { 0: 'ended by a signal', 1: 'it could not start' },
});

/** `sallyport proxy`: gate two, with policies from files or (as a sidecar) from the controller. */
export function proxyCommand(): Command {
  return withSidecarOptions(new Command('proxy')
    .option('--policy <file|dir>', 'policy file, or a folder of them; read again when they change')
    .addOption(new Option('--listen <address:port>', 'where agents ask the proxy').default(readListen(EXPLICIT), EXPLICIT).argParser(readListen))
    .option('--journal <dir>', 'where the record is kept')
    .option('--journal-limit <size>', 'what the record may take on disk, such as 768Mi; over it calls are refused', readSize)
    .option('--ca-out <file>', 'write the certificate that agents have to trust')
    .option('--secrets <dir>', 'secrets that policies have the proxy set in calls, as DIR/NAME/KEY')
    .option('--env-out <file>', 'write the variables that agents need for them, with placeholders, as KEY=VALUE lines')
    .option('--upstream-ca <file>', 'trust these certificates upstream besides the system\'s (repeatable)', collect)
    .option('--resolve <host:address>', 'fix the address of one name (repeatable)', collectResolve)
    .option('--agent <namespace/name>', 'who is calling; without it policies of every namespace apply', readAgent)
    .option('--labels <key=value,...>', 'labels of the agent\'s pod; without it matchLabels is not consulted', readLabels)
    .option('--health <address:port>', `where /healthz, /readyz and /metrics are served (default: port ${HEALTH_PORT})`, readListen)
    .addOption(logLevelOption('info')))
    .addHelpText('after', HELP_END)
    .action(async (options: Options) => { await serve(options); });
}

function withSidecarOptions(command: Command): Command {
  return command
    .optionsGroup('As a sidecar:')
    .option('--controller <url>', 'get the policies of this pod from here', readController)
    .option('--controller-ca <base64>', 'PEM certificates of the controller, in base64', readEncodedCertificates)
    .option('--link-key <key>', 'public key that signs policies, base64url (repeatable)', collectLinkKey)
    .option('--token-file <file>', 'the pod\'s projected token')
    .option('--resolver <address>', 'DNS server to resolve permitted names with (repeatable)', (text: string, before: readonly string[] = []) => collect(readServer(text), before))
    .option('--cluster-domain <domain>', 'DNS suffix of the cluster')
    .option('--captured <port:listener>', 'a captured port and the listener that stands for it (repeatable)', collectCaptured)
    .option('--dns-port <port>', 'answer DNS with synthetic addresses on this port of the loopback', readPortNumber);
}

async function serve(options: Options): Promise<void> {
  const log = pino({ level: options.logLevel, base: null }, pino.destination(2));
  const ended = terminated();
  const credentials = credentialsOf(options);
  const source = await openSource(options, log);
  let told: Told | undefined;
  try {
    const { health, ...listeners } = listenersOf(options);
    if (source.evidenceKey !== undefined) {
      log.info({ controller: options.controller, health }, 'waiting for the controller');
      told = await waitForKey(source.evidenceKey, health, ended);
      if (told === undefined) return;
    }
    const proxy = await assembleProxy({
      subject: source.defaultSubject,
      snapshots: source,
      listeners: { ...listeners, health: told?.health ?? health },
      journal: journalPlace(options.journal, process.env, homedir()),
      ...(options.journalLimit !== undefined && { journalLimit: options.journalLimit }),
      ...(told && { sealTo: told.sealTo }),
      ...(credentials && { credentials }),
      upstreamCa: await Promise.all((options.upstreamCa ?? []).map(async (file) => await readCertificatesFile(file, '--upstream-ca'))),
      ...(options.resolve && { resolve: byHost(options.resolve) }),
      ...(options.resolver && { resolvers: options.resolver }),
      ...(options.clusterDomain !== undefined && { clusterDomain: options.clusterDomain }),
      countRejections: (options.captured ?? []).length > 0,
      log,
    });
    try {
      await writeEnvironment(options.envOut, credentials, source, log);
      await run(proxy, source, options, log, ended);
    } finally {
      await proxy.close();
    }
  } finally {
    told?.health.close();
    await source.close();
  }
}

async function run(proxy: AssembledProxy, source: Source, options: Options, log: pino.Logger, ended: Promise<NodeJS.Signals>): Promise<void> {
  source.tell((said) => { proxy.notice(said); });
  if (options.captured) watchUncaptured({
    snapshots: source,
    captured: options.captured.map(({ port }) => port),
    remedy: "add it to the profile's capturedPorts",
    say: (said) => { proxy.notice(said, 'warn'); },
  });
  if (options.caOut !== undefined) await writeWhole('--ca-out', options.caOut, proxy.caCertificatePem, 0o644);
  const { explicit, health, captured } = proxy.listening;
  log.info({ explicit, health, captured, ...(options.caOut !== undefined && { ca: options.caOut }) }, 'listening');
  const signal = await ended;
  log.info({ signal }, 'shutting down');
}

function credentialsOf({ secrets, envOut }: Options): CredentialParts | undefined {
  if (secrets === undefined && envOut !== undefined) throw new InputFault('usage', '--env-out: there are no placeholders without --secrets DIR');
  return secrets === undefined ? undefined : credentialParts(secrets);
}

/** Only health may be asked from outside the pod; the captured listeners have to take any synthetic address, and check it themselves. */
function listenersOf(options: Options): ProxySettings['listeners'] & { readonly health: Endpoint } {
  const sidecar = options.controller !== undefined;
  const captured = options.captured ?? [];
  const dnsPort = options.dnsPort ?? (captured.length > 0 ? DNS_PORT : undefined);
  return {
    explicit: options.listen,
    captured: captured.map(({ port, listener }) => ({ port, at: { host: '0.0.0.0', port: listener } })),
    ...(dnsPort !== undefined && { dns: { host: '127.0.0.1', port: dnsPort } }),
    health: options.health ?? { host: sidecar ? '0.0.0.0' : '127.0.0.1', port: HEALTH_PORT },
  };
}

async function terminated(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => { resolve(signal); });
  });
}
