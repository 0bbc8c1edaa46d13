import { pino } from 'pino';
import { agentEnvironment } from '../../../core/injection/agent-environment.ts';
import { listedPorts } from '../../../core/policy/snapshot.ts';
import { EXPLICIT_PORT } from '../../../core/terms/fixed-names.ts';
import { passThrough } from './ending.ts';
import { findProgram } from './find-program.ts';
import { makeFolder } from './folder.ts';
import { openGate, type GateSettings } from './gate.ts';
import { closeInherited } from './inherited.ts';
import { enter, findEntry, type Cell } from './namespace.ts';
import type { RunSettings } from './settings.ts';
import { spawnBare } from './spawn-bare.ts';

/** Always captured, whatever the policy lists: a refusal can then say what was refused. */
const COMMON_PORTS = [443, 80];

/** Runs the program behind gate two and resolves to its exit code, or to a shell's where there is no program to run. */
export async function behindGate(program: readonly string[], settings: RunSettings): Promise<number> {
  const search = findProgram(program[0] ?? '', process.env['PATH']);
  if (!search.found) {
    process.stderr.write(`sallyport: ${search.sentence}\n`);
    return search.code;
  }
  const log = pino({ level: settings.logLevel, base: null }, pino.destination(2));
  const [{ openSource }, { credentialParts, placeholderEnvironment }] = await Promise.all([import('../../proxy/source.ts'), import('../../proxy/credential-parts.ts')]);
  const source = await openSource(settings, log);
  // Not before the policy is read: it may be at `/dev/fd/63`.
  closeInherited();
  const folder = await makeFolder();
  try {
    const credentials = settings.secrets === undefined ? undefined : credentialParts(settings.secrets);
    const gate: GateSettings = { ...settings, source, folder, log, ...(credentials && { credentials, placeholders: placeholderEnvironment(credentials, source) }) };
    const entry = findEntry(folder);
    if (entry.found) return await captured(program, gate, entry.flags);
    if (settings.requireCapture) throw new Error(`no network namespace can be had for the program: ${entry.reason}`);
    warn(entry.reason);
    return await advised(program, gate);
  } finally {
    await folder.remove();
    await source.close();
  }
}

async function captured(program: readonly string[], settings: GateSettings, flags: readonly string[]): Promise<number> {
  const snapshot = settings.source.current();
  const ports = [...new Set([...COMMON_PORTS, ...(snapshot === undefined ? [] : listedPorts(snapshot))])];
  const env = { ...process.env, ...settings.placeholders, ...agentEnvironment(`http://127.0.0.1:${EXPLICIT_PORT}`, settings.folder.caFile) };
  const cell: Cell = await enter({ flags, folder: settings.folder, ports, program, env });
  return await gated({ ...settings, agentProcess: cell.process }, cell.listeners, async () => await passThrough(cell.begin()), () => { cell.abandon(); });
}

/** Without a namespace the program is told where the proxy is, and may do as it likes. */
async function advised(program: readonly string[], settings: GateSettings): Promise<number> {
  return await gated(settings, { explicit: { host: '127.0.0.1', port: 0 } }, async (port) => {
    const env = { ...process.env, ...settings.placeholders, ...agentEnvironment(`http://127.0.0.1:${port}`, settings.folder.caFile) };
    return await passThrough(await spawnBare(program, env));
  });
}

async function gated(settings: GateSettings, listeners: Parameters<typeof openGate>[1], inside: (explicitPort: number) => Promise<number>, onFailure?: () => void): Promise<number> {
  try {
    const gate = await openGate(settings, listeners);
    try {
      return await inside(gate.explicitPort);
    } finally {
      await gate.close();
    }
  } catch (error) {
    onFailure?.();
    throw error;
  }
}

function warn(reason: string): void {
  process.stderr.write(
    `sallyport: warning: this is NOT enforcement. The program runs without a network namespace of its own (${reason}).\n`
    + 'sallyport: warning: it is told to use the proxy, but nothing keeps it from going around it. --require-capture refuses instead.\n',
  );
}
