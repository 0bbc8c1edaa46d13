import { Command, InvalidArgumentError, Option } from 'commander';
import { readProbe, type Probe } from '../../adapters/network/canary/probe.ts';
import { proveCaptured, type Finding } from '../../adapters/network/canary/prove.ts';
import type { CapturedPort } from '../../adapters/network/captured-port.ts';
import { capturedOption, outputOption } from './options.ts';

interface Flags {
  readonly probe: readonly Probe[];
  readonly captured: readonly CapturedPort[];
  readonly output: 'text' | 'json';
}

const EXAMPLES = `
Examples:
  sallyport canary
  sallyport canary --probe tcp:192.0.2.10:443 --probe udp:192.0.2.53:53 --captured 443:15002

Runs as the last of our init containers, as an ordinary user. Ends with 1, and so keeps the pod from starting, if anything
around the proxy answers, if the kernel of this pod does not reject what it should, or if the proxy cannot be reached.`;

/** `sallyport canary`: fails if anything around the proxy can be reached. */
export function canaryCommand(): Command {
  return new Command('canary')
    .description('fail if anything around the proxy can be reached')
    .addOption(new Option('--probe <PROTOCOL:ADDRESS:PORT>', 'what must not be reachable, tcp or udp, IPv6 in brackets (repeatable)').default([], 'none').argParser(probe))
    .addOption(capturedOption([]))
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(watch);
}

async function watch({ probe, captured, output }: Flags): Promise<void> {
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

function probe(text: string, previous: readonly Probe[]): readonly Probe[] {
  const read = readProbe(text);
  if (read === undefined) throw new InvalidArgumentError('expected tcp:ADDRESS:PORT or udp:ADDRESS:PORT, IPv6 in brackets');
  return [...previous, read];
}
