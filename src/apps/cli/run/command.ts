import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { Command } from 'commander';
import { journalPlace } from '../../../adapters/journal/place.ts';
import { behindGate } from './run.ts';
import type { RunSettings } from './settings.ts';

interface Flags {
  readonly policy: string;
  readonly agent?: string;
  readonly labels?: string;
  readonly journal?: string;
  readonly upstreamCa: readonly string[];
  readonly resolve: readonly string[];
  readonly requireCapture: boolean;
  readonly logLevel: string;
}

const EXAMPLES = `
Examples:
  sallyport run --policy policy.yaml -- python3 agent.py
  sallyport run --policy policy.yaml -- curl https://api.example.com/v1/items
  sallyport run --policy policy.yaml --require-capture -- ./agent.sh      refuse to run without enforcement

The program gets a network namespace of its own, in which the proxy is all there is: no address can be reached, only names,
and each call is judged and recorded. It runs without capabilities, and what it listens on is reachable by itself alone.
Its files are not confined. Needs Linux and root, or unprivileged user namespaces; elsewhere the program is only told where
the proxy is, and a warning says so.

Exit code: the program's own; 128 plus the signal's number if one ended it; 1 if it could not be started.`;

/** `sallyport run`: a local program behind gate two. */
export function runCommand(): Command {
  return new Command('run')
    .description('run a local program behind gate two')
    .argument('<command...>', 'program to run, with its arguments, after --')
    .requiredOption('--policy <path>', 'policy file, or a folder of them; read again when they change')
    .option('--agent <namespace/name>', 'who the program is; without it policies of every namespace apply')
    .option('--labels <key=value,...>', 'labels of the agent; without it matchLabels is not consulted')
    .option('--journal <folder>', 'where the record is kept')
    .option('--upstream-ca <file>', 'trust these certificates upstream besides the system\'s (repeatable)', gather, [])
    .option('--resolve <host:address>', 'fix the address of one name (repeatable)', gather, [])
    .option('--require-capture', 'refuse to run the program where its traffic cannot be captured', false)
    .option('--log-level <level>', 'of what the proxy says on stderr', 'error')
    .passThroughOptions()
    .addHelpText('after', EXAMPLES)
    .action(async (program: readonly string[], flags: Flags, command: Command) => {
      process.exitCode = await behindGate(program, await settingsOf(flags, command));
    });
}

function gather(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

async function settingsOf(flags: Flags, command: Command): Promise<RunSettings> {
  // The proxy's own readers: what they mean there they mean here.
  const { collectResolve, readAgent, readLabels } = await import('../../proxy/options.ts');
  const read = <Value>(option: string, reader: () => Value): Value => {
    try {
      return reader();
    } catch (error) {
      return command.error(`error: option '${option}': ${error instanceof Error ? error.message : String(error)}`, { exitCode: 2 });
    }
  };
  const { agent, labels } = flags;
  return {
    policy: flags.policy,
    ...(agent !== undefined && { agent: read('--agent', () => readAgent(agent)) }),
    ...(labels !== undefined && { labels: read('--labels', () => readLabels(labels)) }),
    resolve: read('--resolve', () => flags.resolve.reduce<ReturnType<typeof collectResolve>>((before, text) => collectResolve(text, before), [])),
    upstreamCa: await Promise.all(flags.upstreamCa.map(async (file) => await readFile(file, 'utf8'))),
    journal: journalPlace(flags.journal, process.env, homedir()),
    requireCapture: flags.requireCapture,
    logLevel: flags.logLevel,
  };
}
