import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { type EvidencePair, readEvidencePair } from '../../../adapters/journal/evidence-pair.ts';
import { JournalFault } from '../../../adapters/journal/fault.ts';
import { openPayload } from '../../../adapters/journal/open-payload.ts';
import type { OpenedPayload } from '../../../adapters/journal/open-payload.ts';
import { findCalls } from '../../../adapters/journal/read-log.ts';
import type { CallRecords } from '../../../adapters/journal/read-log.ts';
import type { PayloadFacts } from '../../../core/evidence/draft.ts';
import { printableText } from '../../../core/evidence/text.ts';
import { errorText } from '../../../core/terms/error-text.ts';
import { callText } from './call-text.ts';
import { printableJson } from './json.ts';

export interface ShowOptions {
  readonly directory: string;
  /** A call's id, or the beginning or end of one. */
  readonly call: string;
  /** File with the private key that payloads are sealed to, where it is none of the folder's own. */
  readonly key?: string;
  /** Print payloads whole. */
  readonly body: boolean;
  readonly output: 'text' | 'json';
  readonly stdout: NodeJS.WriteStream;
}

/** A call with what could be opened of its payloads. */
export interface ShownCall extends CallRecords {
  readonly request?: OpenedPayload;
  readonly response?: OpenedPayload;
}

/** `log show`. Rejects with JournalFault where there is no journal or the key is the wrong one, and with an Error where the text names no call, or several. */
export async function showCall({ directory, call, key, body, output, stdout }: ShowOptions): Promise<void> {
  const found = onlyCall(findCalls(directory, call), call, directory);
  const pair = key === undefined ? undefined : await readKeyFile(key);
  const shown = {
    ...found,
    ...(await opened(directory, 'request', found.outcome?.request, pair)),
    ...(await opened(directory, 'response', found.outcome?.response, pair)),
  };
  if (pair !== undefined) requireOpened(shown, pair);
  stdout.write(output === 'json' ? `${printableJson(asJson(shown), 2)}\n` : callText(shown, body, stdout));
}

function onlyCall(calls: readonly CallRecords[], text: string, directory: string): CallRecords {
  const exact = calls.find(({ call }) => call === text);
  const [first, second] = calls;
  if (exact !== undefined) return exact;
  if (first === undefined) throw new Error(`expected a call ${text} in ${directory}, found none: \`sallyport log tail\` lists the latest`);
  if (second !== undefined) throw new Error(`expected one call, got ${calls.length} that begin or end with ${text}: ${printableText(first.call)}, ${printableText(second.call)}`);
  return first;
}

async function readKeyFile(file: string): Promise<EvidencePair> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new JournalFault('key-invalid', `expected a readable key in ${file}: ${errorText(error)}`, error);
  }
  return readEvidencePair(text);
}

async function opened(directory: string, side: 'request' | 'response', facts: PayloadFacts | undefined, key: EvidencePair | undefined): Promise<Pick<ShownCall, 'request' | 'response'>> {
  return facts === undefined ? {} : { [side]: await openPayload(directory, facts, key) };
}

function requireOpened({ request, response }: ShownCall, { publicKey }: EvidencePair): void {
  const sealed = [request, response].find((payload) => payload?.state === 'sealed');
  if (sealed !== undefined) throw new JournalFault('key-invalid', `expected key ${sealed.key}, to which the payloads of this call are sealed, got key ${publicKey.kid}`);
}

function asJson({ call, intent, outcome, request, response }: ShownCall): object {
  return { call, intent, outcome, payloads: { request: payloadJson(request), response: payloadJson(response) } };
}

function payloadJson(payload: OpenedPayload | undefined): object | undefined {
  if (payload?.state !== 'opened') return payload;
  const { body, ...rest } = payload;
  const bytes = Buffer.from(body);
  return isUtf8(bytes) ? { ...rest, text: bytes.toString('utf8') } : { ...rest, base64: bytes.toString('base64') };
}
