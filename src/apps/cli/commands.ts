import type { Command } from 'commander';

/**
 * One word of the command line. `load` imports the command's own code only when it is asked for: the sidecar runs
 * `sallyport proxy` and must never pull in what the webhook or the controller need.
 */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: 'Try it' | 'Write policy' | 'Check manifests' | 'Read the evidence' | 'Install' | 'Servers' | 'Inside the pod';
  readonly load: () => Promise<Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'both gates on this machine, with a guided tour; needs no cluster',
    group: 'Try it',
    load: async () => (await import('./up/command.ts')).upCommand(),
  },
  {
    name: 'run',
    summary: 'run a local program behind gate two',
    group: 'Try it',
    load: async () => (await import('./run/command.ts')).runCommand(),
  },
  {
    name: 'policy',
    summary: 'lint, explain and test policy files',
    group: 'Write policy',
    load: async () => (await import('./policy/command.ts')).policyCommand(),
  },
  {
    name: 'check',
    summary: 'review manifests as the webhook would',
    group: 'Check manifests',
    load: async () => (await import('./check.ts')).checkCommand(),
  },
  {
    name: 'inject',
    summary: 'show a manifest as it will run',
    group: 'Check manifests',
    load: async () => (await import('./inject.ts')).injectCommand(),
  },
  {
    name: 'log',
    summary: 'tail, show and verify the record',
    group: 'Read the evidence',
    load: async () => (await import('./log/command.ts')).logCommand(),
  },
  {
    name: 'install',
    summary: 'print everything a cluster needs',
    group: 'Install',
    load: async () => (await import('./install/command.ts')).installCommand(),
  },
  {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    group: 'Install',
    load: async () => (await import('./completion.ts')).completionCommand(),
  },
  {
    name: 'webhook',
    summary: 'gate one: the admission webhook',
    group: 'Servers',
    load: async () => (await import('../webhook/command.ts')).webhookCommand(),
  },
  {
    name: 'proxy',
    summary: 'gate two: the egress proxy',
    group: 'Servers',
    load: async () => (await import('../proxy/command.ts')).proxyCommand(),
  },
  {
    name: 'controller',
    summary: 'serves each sidecar the policies of its pod',
    group: 'Servers',
    load: async () => (await import('../controller/command.ts')).controllerCommand(),
  },
  {
    name: 'capture',
    summary: 'route all traffic of this network namespace to the proxy',
    group: 'Inside the pod',
    load: async () => (await import('../capture/command.ts')).captureCommand(),
  },
  {
    name: 'canary',
    summary: 'fail if anything around the proxy can be reached',
    group: 'Inside the pod',
    load: async () => (await import('../capture/canary.ts')).canaryCommand(),
  },
];
