import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { parseAddress } from '../../../core/address/address.ts';
import { contains } from '../../../core/address/range.ts';
import { errorText } from '../../../core/terms/error-text.ts';
import { SYNTHETIC_RANGE } from '../../../core/terms/fixed-names.ts';
import { countRejections } from '../rejections.ts';
import { TimedOut, untilReady } from '../waiting.ts';
import { attempt, type Outcome } from './attempt.ts';
import { readProbe, type Probe } from './probe.ts';

/** One thing that was tried. */
export interface Finding {
  readonly tried: string;
  readonly ok: boolean;
  readonly sentence: string;
}

export interface CanarySettings {
  readonly probes: readonly Probe[];
  /** Ports that must lead to the proxy. */
  readonly captured: readonly number[];
  readonly attempt?: (probe: Probe) => Promise<Outcome>;
  readonly rejections?: () => Promise<number | undefined>;
}

/**
 * Tried besides what is asked: addresses for documentation, which lead through the default route to nobody, and a synthetic one
 * over UDP, which every capture rejects.
 */
const ALWAYS = ['tcp:192.0.2.1:443', 'udp:192.0.2.1:53', 'udp:[2001:db8::1]:443', 'udp:198.18.0.1:443'].flatMap((text) => readProbe(text) ?? []);

/**
 * Tries to get around the proxy, and then through it. Nothing but our own kernel's rejection counts as proof: silence may be a
 * slow network, and an error may have come from far away.
 */
export async function proveCaptured({ probes, captured, ...world }: CanarySettings): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const probe of [...ALWAYS, ...probes]) findings.push(await around(probe, world.attempt ?? attempt, world.rejections ?? countRejections));
  findings.push(...(await through(captured)));
  return findings;
}

async function around(probe: Probe, attempt: (probe: Probe) => Promise<Outcome>, rejections: () => Promise<number | undefined>): Promise<Finding> {
  const before = await rejections();
  const outcome = await attempt(probe);
  const after = await rejections();
  const counted = before !== undefined && after !== undefined && after > before;
  return { tried: probe.text, ...judge(outcome, counted) };
}

function judge(outcome: Outcome, counted: boolean): Omit<Finding, 'tried'> {
  switch (outcome.kind) {
    case 'no-route': return { ok: true, sentence: 'there is no way to it' };
    case 'answered': return { ok: false, sentence: `it can be reached around the proxy: ${outcome.how}` };
    case 'silent': return { ok: false, sentence: 'nothing rejected the packet: it left, and only the answer is missing' };
    case 'rejected': return counted ? { ok: true, sentence: `rejected here (${outcome.code})` } : { ok: false, sentence: `it was rejected (${outcome.code}), but not by this pod's own kernel` };
  }
}

const NAME_SERVER = '127.0.0.1';
const NAME = 'canary.example.com';
const PATIENCE_MILLISECONDS = 5_000;

async function through(captured: readonly number[]): Promise<Finding[]> {
  const names = `DNS at ${NAME_SERVER}`;
  const address = await syntheticAddress();
  if ('failure' in address) return [{ tried: names, ok: false, sentence: address.failure }];
  const answered: Finding = { tried: names, ok: true, sentence: `answers with the synthetic address ${address.text}` };
  return [answered, ...(await Promise.all(captured.map(async (port) => await reaches(address.text, port))))];
}

async function syntheticAddress(): Promise<{ readonly text: string } | { readonly failure: string }> {
  const resolver = new Resolver({ timeout: PATIENCE_MILLISECONDS, tries: 1 });
  resolver.setServers([NAME_SERVER]);
  try {
    const [text = ''] = await resolver.resolve4(NAME);
    const address = parseAddress(text);
    const synthetic = address !== undefined && contains(SYNTHETIC_RANGE, address);
    return synthetic ? { text } : { failure: `expected a synthetic address, got ${text}: somebody else answers DNS` };
  } catch (error) {
    return { failure: `the proxy does not answer: ${errorText(error)}` };
  }
}

async function reaches(address: string, port: number): Promise<Finding> {
  const tried = `tcp:${address}:${port}`;
  const socket = connect({ host: address, port });
  try {
    await untilReady(socket, 'connect', PATIENCE_MILLISECONDS, undefined);
    return { tried, ok: true, sentence: 'leads to the proxy' };
  } catch (error) {
    const why = error instanceof TimedOut ? 'no answer' : String(error instanceof Error && 'code' in error ? error.code : error);
    return { tried, ok: false, sentence: `does not lead to the proxy: ${why}` };
  } finally {
    socket.destroy();
  }
}
