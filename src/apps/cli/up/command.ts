import { Command, InvalidArgumentError } from 'commander';
import { helpEnd } from '../../../adapters/command-line/help.ts';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { outputOption, readListen } from '../../../adapters/command-line/options.ts';
import { EXPLICIT_PORT } from '../../../core/terms/fixed-names.ts';
import type { Loopback } from './gates.ts';

interface UpOptions {
  readonly once?: boolean;
  readonly state?: string;
  readonly listen?: Loopback;
  readonly output: 'text' | 'json';
}

const HELP_END = helpEnd({
  examples: [
    ['sallyport up', 'the tour; both gates stay up until you press Ctrl-C'],
    ['sallyport up --once', 'the tour, then the end'],
    'sallyport up --once --output json | jq .wrong',
    'sallyport up --state /tmp/sallyport --listen 127.0.0.1:0',
  ],
  notes: `
The webhook reviews two sample pods, and the proxy judges the calls of a sample agent. It needs no cluster and no
root, and all of its traffic stays on the loopback.`,
  exitCodes: { 0: 'ended by a signal, or everything was as it should be', 1: 'something was not' },
});

/** `sallyport up`: both gates on this machine, with a guided tour. */
export function upCommand(): Command {
  return new Command('up')
    .option('--once', 'end after the tour')
    .option('--state <dir>', 'folder for the journal, the certificate and the copy of the sample policy (default: a new one in the state folder; with --once one that is removed)')
    .option('--listen <address:port>', `where the proxy listens; port 0 takes a free one (default: 127.0.0.1:${EXPLICIT_PORT}; with --once a free port)`, readLoopback)
    .addOption(outputOption('text, or (with --once) one JSON object at the end', ['text', 'json']))
    .addHelpText('after', HELP_END)
    .action(async ({ once = false, listen = { host: '127.0.0.1', port: once ? 0 : EXPLICIT_PORT }, state, output }: UpOptions) => {
      if (output === 'json' && !once) throw new InputFault('usage', '--output json needs --once: it is printed at the end, and without --once there is none');
      const { up } = await import('./tour.ts');
      process.exitCode = await up({ once, listen, output, ...(state === undefined ? {} : { state }) });
    });
}

/** Nobody but this machine may reach the tour's proxy. */
function readLoopback(text: string): Loopback {
  const read = readListen(text);
  if (!/^127\.|^localhost$/.test(read.host)) throw new InvalidArgumentError('Expected an address of the loopback and a port, such as 127.0.0.1:15001.');
  return read;
}
