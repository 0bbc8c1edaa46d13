import { InvalidArgumentError, Option } from 'commander';
import { readCapturedPort, type CapturedPort } from '../../adapters/network/captured-port.ts';

/** `--captured PORT:LISTENER`, repeatable; the first use replaces the default. */
export function capturedOption(fallback: readonly CapturedPort[]): Option {
  return new Option('--captured <PORT:LISTENER>', 'port that agents call, and the proxy\'s listener for it (repeatable)')
    .default(fallback, fallback.map(({ port, listener }) => `${port}:${listener}`).join(' ') || 'none')
    .argParser((text, previous: readonly CapturedPort[]) => {
      const captured = readCapturedPort(text);
      if (captured === undefined) throw new InvalidArgumentError('expected PORT:LISTENER, as in 443:15002');
      return previous === fallback ? [captured] : [...previous, captured];
    });
}

export function outputOption(): Option {
  return new Option('--output <FORMAT>', 'how to print the result').choices(['text', 'json']).default('text');
}
