import type { Command } from 'commander';

/**
 * One word of the command line. `load` imports the command's own code only when it is asked for: the sidecar runs
 * `sallyport proxy` and must never pull in what the webhook or the controller need.
 */
export interface CommandEntry {
  readonly name: string;
  /** One sentence: what the overview says of it, and its own help. */
  readonly description: string;
  readonly group: Group;
  readonly load: () => Promise<Command>;
}

type Group = 'Try it' | 'Write policy' | 'Check manifests' | 'Read the evidence' | 'Install' | 'Servers' | 'Inside the pod';

export const COMMANDS: readonly CommandEntry[] = [
  entry('Try it', 'up', 'Start both gates on this machine and watch them judge a sample agent; needs no cluster.', async () => (await import('./up/command.ts')).upCommand()),
  entry('Try it', 'run', 'Run a local program behind gate two.', async () => (await import('./run/command.ts')).runCommand()),
  entry('Write policy', 'policy', 'Lint, explain and test policy files.', async () => (await import('./policy/command.ts')).policyCommand()),
  entry('Write policy', 'test', 'Test policies and manifests against the verdicts that they should get.', async () => (await import('./test/command.ts')).testCommand()),
  entry('Check manifests', 'check', 'Review manifests as the webhook would.', async () => (await import('./check.ts')).checkCommand()),
  entry('Check manifests', 'fix', 'Harden manifests as far as nobody has to be asked.', async () => (await import('./fix/command.ts')).fixCommand()),
  entry('Check manifests', 'inject', 'Show a manifest as it will run.', async () => (await import('./inject.ts')).injectCommand()),
  entry('Read the evidence', 'log', 'Tail, show and verify the record of what agents did.', async () => (await import('./log/command.ts')).logCommand()),
  entry('Install', 'install', 'Print everything that a cluster needs.', async () => (await import('./install/command.ts')).installCommand()),
  entry('Install', 'completion', 'Print a completion script for bash, zsh or fish.', async () => (await import('./completion.ts')).completionCommand()),
  entry('Servers', 'webhook', 'Serve gate one, the admission webhook.', async () => (await import('../webhook/command.ts')).webhookCommand()),
  entry('Servers', 'proxy', 'Serve gate two: judge, record and forward the calls of one agent.', async () => (await import('../proxy/command.ts')).proxyCommand()),
  entry('Servers', 'controller', 'Serve each sidecar the policies of its pod.', async () => (await import('../controller/command.ts')).controllerCommand()),
  entry('Inside the pod', 'capture', 'Route all traffic of this network namespace to the proxy, and prove it.', async () => (await import('../capture/command.ts')).captureCommand()),
  entry('Inside the pod', 'canary', 'Fail if anything around the proxy can be reached.', async () => (await import('../capture/canary.ts')).canaryCommand()),
];

function entry(group: Group, name: string, description: string, make: () => Promise<Command>): CommandEntry {
  return { group, name, description, load: async () => finished((await make()).description(description)) };
}

/** What is alike in the help of every command. */
function finished(command: Command): Command {
  command.helpOption('-h, --help', 'print this help');
  if (command.commands.length > 0) command.helpCommand('help [command]', 'Print the help of one of these.');
  for (const child of command.commands) finished(child);
  return command;
}
