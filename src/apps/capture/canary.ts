import { Command, InvalidArgumentError } from 'commander';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { collectCaptured, outputOption } from '../../adapters/command-line/options.ts';
import { readProbe, type Probe } from '../../adapters/network/canary/probe.ts';
import { proveCaptured, type Finding } from '../../adapters/network/canary/prove.ts';
import type { CapturedPort } from '../../adapters/network/captured-port.ts';

interface Flags {
  readonly probe?: readonly Probe[];
  readonly captured?: readonly CapturedPort[];
  readonly output: 'text' | 'json';
}

const HELP_END = helpEnd({
  examples: ['sallyport canary', 'sallyport canary --probe tcp:192.0.2.10:443 --probe udp:192.0.2.53:53 --captured 443:15002'],
  notes: `
Runs as the last of our init containers, as an ordinary user. Whatever but 0 keeps the pod from starting.`,
  exitCodes: { 0: 'captured', 1: 'something around the proxy answers or is not rejected by the kernel, or the proxy does\nnot answer' },
});

/** `sallyport canary`: fails if anything around the proxy can be reached. */
export function canaryCommand(): Command {
  return new Command('canary')
    .option('--probe <protocol:address:port>', 'what must not be reachable, tcp or udp, IPv6 in brackets (repeatable)', collectProbe)
    .option('--captured <port:listener>', "port that agents call, and the proxy's listener for it (repeatable)", collectCaptured)
    .addOption(outputOption('text, or one JSON list', ['text', 'json']))
    .addHelpText('after', HELP_END)
    .action(watch);
}

async function watch({ probe = [], captured = [], output }: Flags): Promise<void> {
  const findings = await proveCaptured({ probes: probe, captured: captured.map((one) => one.port) });
  process.stdout.write(output === 'json' ? `${JSON.stringify(findings)}\n` : findings.map(lineFor).join(''));
  const failed = findings.filter((finding) => !finding.ok);
  if (failed.length === 0) return;
  process.exitCode = 1;
  const sentences = failed.map(({ tried, sentence }) => `${tried}: ${sentence}`).join('; ');
  process.stderr.write(`sallyport: this pod is not captured: ${sentences}\n`);
}

function lineFor({ tried, ok, sentence }: Finding): string {
  return `${ok ? 'ok  ' : 'FAIL'} ${tried}: ${sentence}\n`;
}

function collectProbe(text: string, before: readonly Probe[] = []): readonly Probe[] {
  const read = readProbe(text);
  if (read === undefined) throw new InvalidArgumentError('Expected tcp:ADDRESS:PORT or udp:ADDRESS:PORT, IPv6 in brackets.');
  return [...before, read];
}
