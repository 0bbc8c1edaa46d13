import { Command, InvalidArgumentError, Option } from 'commander';
import { installCapture } from '../../adapters/network/capture/install.ts';
import type { CapturedPort } from '../../adapters/network/captured-port.ts';
import { CAPTURED_443_PORT, CAPTURED_80_PORT, DNS_PORT, EXPLICIT_PORT, PROXY_UID, SYNTHETIC_RANGE } from '../../core/terms/fixed-names.ts';
import { capturedOption, outputOption } from './options.ts';

interface Flags {
  readonly proxyUid: number;
  readonly captured: readonly CapturedPort[];
  readonly output: 'text' | 'json';
}

const EXAMPLES = `
Examples:
  sallyport capture --proxy-uid 14141 --captured 443:15002 --captured 80:15003

Runs as the first init container of an agent pod, as root with the capability NET_ADMIN and no other; needs the programs
nft and ip. Ends with 1, and so keeps the pod from starting, if it cannot prove that the rules are in force.`;

/** `sallyport capture`: routes all traffic of this network namespace to the proxy, and proves it. */
export function captureCommand(): Command {
  return new Command('capture')
    .description('route all traffic of this network namespace to the proxy')
    .addOption(new Option('--proxy-uid <UID>', 'the one user whose packets may leave').default(PROXY_UID).argParser(userId))
    .addOption(capturedOption([{ port: 443, listener: CAPTURED_443_PORT }, { port: 80, listener: CAPTURED_80_PORT }]))
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(capture);
}

async function capture({ proxyUid, captured, output }: Flags): Promise<void> {
  await installCapture({ proxyUid, captured, explicitPort: EXPLICIT_PORT, dnsPort: DNS_PORT });
  const ports = captured.map(({ port, listener }) => `${port} -> ${listener}`).join(', ');
  const sentence = `captured: ports ${ports} of ${SYNTHETIC_RANGE.text}; for every user but ${proxyUid} all else is rejected`;
  process.stdout.write(output === 'json' ? `${JSON.stringify({ proxyUid, captured })}\n` : `${sentence}\n`);
}

function userId(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a numeric user that is not root');
}
