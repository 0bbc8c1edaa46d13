import { Command, InvalidArgumentError, Option } from 'commander';
import { helpEnd } from '../../adapters/command-line/help.ts';
import { collectCaptured, outputOption } from '../../adapters/command-line/options.ts';
import { installCapture } from '../../adapters/network/capture/install.ts';
import type { CapturedPort } from '../../adapters/network/captured-port.ts';
import { CAPTURED_443_PORT, CAPTURED_80_PORT, DNS_PORT, EXPLICIT_PORT, PROXY_UID, SYNTHETIC_RANGE } from '../../core/terms/fixed-names.ts';

interface Flags {
  readonly proxyUid: number;
  readonly captured?: readonly CapturedPort[];
  readonly output: 'text' | 'json';
}

const USUAL: readonly CapturedPort[] = [{ port: 443, listener: CAPTURED_443_PORT }, { port: 80, listener: CAPTURED_80_PORT }];

const HELP_END = helpEnd({
  examples: ['sallyport capture', 'sallyport capture --proxy-uid 14141 --captured 443:15002 --captured 80:15003 --captured 8443:15004'],
  notes: `
Runs as the first init container of an agent pod, as root with the capability NET_ADMIN and no other; needs the
programs nft and ip. Whatever but 0 keeps the pod from starting.`,
  exitCodes: { 0: 'captured, and proven', 1: 'the rules could not be proven to be in force' },
});

/** `sallyport capture`: routes all traffic of this network namespace to the proxy, and proves it. */
export function captureCommand(): Command {
  return new Command('capture')
    .addOption(new Option('--proxy-uid <uid>', 'the one user whose packets may leave').default(PROXY_UID).argParser(userId))
    .option('--captured <port:listener>', `port that agents call, and the proxy's listener for it (repeatable; default: ${USUAL.map(({ port, listener }) => `${port}:${listener}`).join(', ')})`, collectCaptured)
    .addOption(outputOption('text, or one JSON object', ['text', 'json']))
    .addHelpText('after', HELP_END)
    .action(capture);
}

async function capture({ proxyUid, captured = USUAL, output }: Flags): Promise<void> {
  await installCapture({ proxyUid, captured, explicitPort: EXPLICIT_PORT, dnsPort: DNS_PORT });
  const ports = captured.map(({ port, listener }) => `${port} -> ${listener}`).join(', ');
  const sentence = `captured: ports ${ports} of ${SYNTHETIC_RANGE.text}; for every user but ${proxyUid} all else is rejected`;
  process.stdout.write(output === 'json' ? `${JSON.stringify({ proxyUid, captured })}\n` : `${sentence}\n`);
}

function userId(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a numeric user that is not root.');
}
