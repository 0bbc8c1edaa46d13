import { writeFile } from 'node:fs/promises';
import type { pino } from 'pino';
import { byHost } from '../../../adapters/network/fixed-name.ts';
import type { NoticeDraft } from '../../../core/evidence/draft.ts';
import type { CredentialParts } from '../../proxy/credential-calls.ts';
import type { ProxySettings } from '../../proxy/settings.ts';
import type { Source } from '../../proxy/source.ts';
import type { RunFolder } from './folder.ts';
import type { RunSettings } from './settings.ts';

export interface GateSettings extends RunSettings {
  readonly source: Source;
  readonly folder: RunFolder;
  readonly log: pino.Logger;
  readonly credentials?: CredentialParts;
  /** Variables of the program that hold what it has instead of secrets. */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** The program, where it is in a network namespace of its own. */
  readonly agentProcess?: number | undefined;
}

type Said = Omit<NoticeDraft, 'kind'>;

export interface Gate {
  readonly explicitPort: number;
  close(): Promise<void>;
}

/** The program has ended: nobody is left to wait for an answer. */
const GRACE_MILLISECONDS = 500;

const AT_NEXT_START = 'the program has to be started again to have it captured';

/** Starts the proxy in this process, and writes the CA that the program has to trust. */
export async function openGate(settings: GateSettings, listeners: ProxySettings['listeners']): Promise<Gate> {
  const [{ assembleProxy }, { watchUncaptured }] = await Promise.all([import('../../proxy/assemble.ts'), import('../../proxy/uncaptured.ts')]);
  const { source, log, folder, journal, upstreamCa, agentProcess } = settings;
  const proxy = await assembleProxy({ subject: source.defaultSubject, snapshots: source, listeners, journal, upstreamCa, resolve: byHost(settings.resolve), log, ...(agentProcess !== undefined && { agentProcess }), ...(settings.credentials && { credentials: settings.credentials }) });
  try {
    source.tell((said) => { proxy.notice(said); });
    const captured = listeners.captured?.map(({ port }) => port);
    if (captured) watchUncaptured({ snapshots: source, captured, remedy: AT_NEXT_START, say: warned((said) => { proxy.notice(said); }) });
    await writeFile(folder.caFile, proxy.caCertificatePem);
  } catch (error) {
    await proxy.close(0);
    throw error;
  }
  return { explicitPort: proxy.listening.explicit?.port ?? 0, close: async () => { await proxy.close(GRACE_MILLISECONDS); } };
}

/** Besides in the record, on stderr whatever the log's level: the person who changed the policy is likely to be looking. */
function warned(say: (said: Said) => void): (said: Said) => void {
  return (said) => {
    say(said);
    process.stderr.write(`sallyport: warning: ${said.sentence}\n`);
  };
}
