import { homedir } from 'node:os';
import { Command } from 'commander';
import { readCertificatesFile } from '../../../adapters/command-line/certificates-file.ts';
import { helpEnd } from '../../../adapters/command-line/help.ts';
import { type AgentName, collect, collectResolve, type Fixed, logLevelOption, readAgent, readLabels } from '../../../adapters/command-line/options.ts';
import { journalPlace } from '../../../adapters/journal/place.ts';
import { behindGate } from './run.ts';
import type { RunSettings } from './settings.ts';

interface Flags {
  readonly policy: string;
  readonly agent?: AgentName;
  readonly labels?: Readonly<Record<string, string>>;
  readonly journal?: string;
  readonly secrets?: string;
  readonly upstreamCa?: readonly string[];
  readonly resolve?: readonly Fixed[];
  readonly requireCapture?: boolean;
  readonly logLevel: string;
}

const HELP_END = helpEnd({
  examples: [
    'sallyport run --policy policy.yaml -- python3 agent.py',
    'sallyport run --policy policy.yaml -- curl https://api.example.com/v1/items',
    ['sallyport run --policy policy.yaml --require-capture -- ./agent.sh', 'not at all without enforcement'],
  ],
  notes: `
The program gets a network namespace of its own, in which the proxy is all there is: no address can be reached, only
names, and each call is judged and recorded. It runs without capabilities, and what it listens on is reachable by
itself alone. Its files are not confined. Needs Linux and root, or unprivileged user namespaces; elsewhere the program
is only told where the proxy is, and a warning says so.

Captured are ports 80 and 443 and those that the policy lists at the start. One that a later change of the policy adds
is reachable through the proxy variables only, which a warning and the record say, until the program is run again.

The program is sent the signals that we are, but for KILL and STOP, which nobody can pass on.`,
  exitCodes: "the program's own; 128 and the signal's number if one ended it; 127 if there is no such program, 126 if it\ncannot be executed; 1 if it could not be put behind the gate; 2 bad usage or unreadable input, a bad policy too",
});

/** `sallyport run`: a local program behind gate two. */
export function runCommand(): Command {
  return new Command('run')
    .argument('<command...>', 'program to run, with its arguments, after --')
    .requiredOption('--policy <file|dir>', 'policy file, or a folder of them; read again when they change')
    .option('--agent <namespace/name>', 'who the program is; without it policies of every namespace apply', readAgent)
    .option('--labels <key=value,...>', 'labels of the agent; without it matchLabels is not consulted', readLabels)
    .option('--journal <dir>', 'where the record is kept')
    .option('--secrets <dir>', 'secrets that the policy has the proxy set in calls, as DIR/NAME/KEY')
    .option('--upstream-ca <file>', 'trust these certificates upstream besides the system\'s (repeatable)', collect)
    .option('--resolve <host:address>', 'fix the address of one name (repeatable)', collectResolve)
    .option('--require-capture', 'refuse to run the program where its traffic cannot be captured')
    .addOption(logLevelOption('error'))
    .passThroughOptions()
    .addHelpText('after', HELP_END)
    .action(async (program: readonly string[], flags: Flags) => {
      process.exitCode = await behindGate(program, await settingsOf(flags));
    });
}

async function settingsOf({ policy, agent, labels, resolve = [], upstreamCa = [], secrets, journal, requireCapture = false, logLevel }: Flags): Promise<RunSettings> {
  return {
    policy, resolve, requireCapture, logLevel,
    ...(agent && { agent }),
    ...(labels && { labels }),
    ...(secrets !== undefined && { secrets }),
    upstreamCa: await Promise.all(upstreamCa.map(async (file) => await readCertificatesFile(file, '--upstream-ca'))),
    journal: journalPlace(journal, process.env, homedir()),
  };
}
