import { homedir } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { JournalFault } from '../../../adapters/journal/fault.ts';
import { journalPlace } from '../../../adapters/journal/place.ts';
import { examples } from '../examples.ts';
import { type OutputOption, outputOption } from '../output-option.ts';
import { showCall } from './show.ts';
import { tailLog } from './tail.ts';
import { verifyJournal } from './verify.ts';

/** `sallyport log tail|show|verify`. */
export function logCommand(): Command {
  return new Command('log')
    .description('read and check the record of what agents did')
    .addCommand(tailCommand())
    .addCommand(showCommand())
    .addCommand(verifyCommand());
}

function tailCommand(): Command {
  return new Command('tail')
    .description('print the latest calls, one a line')
    .argument('[dir]', `the journal's folder (default: ${DEFAULT_PLACE})`)
    .addOption(new Option('--journal <dir>', 'the same, as other commands spell it'))
    .option('-f, --follow', 'go on with what is written from now on', false)
    .option('-n, --lines <count>', 'calls and notices to begin with', wholeNumber, 20)
    .addOption(outputOption('text, or the records themselves, one JSON object a line'))
    .addHelpText('after', examples('sallyport log tail', 'sallyport log tail -f ./journal', 'sallyport log tail -n 1000 --output json | jq .reason'))
    .action(async (dir: string | undefined, options: OutputOption & { journal?: string; follow: boolean; lines: number }) => {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      process.stdout.once('error', () => stop.abort());
      const { journal, follow, lines: count, output } = options;
      await saying(() => tailLog({ directory: place(dir ?? journal), count, follow, output, stdout: process.stdout, signal: stop.signal }));
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('print one call whole: who, what, why, what became of it, and its payloads where they can be opened')
    .argument('<call>', 'the call\'s id, or the beginning or end of it')
    .option('--journal <dir>', `the journal's folder (default: ${DEFAULT_PLACE})`)
    .option('--key <file>', 'private key (PEM or JWK) that payloads are sealed to, where it is not in the folder')
    .option('--body', 'print payloads whole', false)
    .addOption(outputOption('text, or one JSON object'))
    .addHelpText('after', '\nExit codes: 0 shown, 1 no such call, 2 no journal or key that can be read, or another key than the payloads\nare sealed to.\n')
    .addHelpText('after', examples('sallyport log show 9f3c21ab', 'sallyport log show 9f3c21ab --journal ./journal --body', 'sallyport log show 9f3c21ab --journal ./from-a-pod --key evidence-key.pem'))
    .action(async (call: string, { journal, key, body, output }: OutputOption & { journal?: string; key?: string; body: boolean }) => {
      await saying(() => showCall({ directory: place(journal), call, ...(key === undefined ? {} : { key }), body, output, stdout: process.stdout }));
    });
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('check that the record is intact and complete; needs no server and no key')
    .argument('[dir]', `the journal's folder (default: ${DEFAULT_PLACE})`)
    .addOption(new Option('--journal <dir>', 'the same, as other commands spell it'))
    .addOption(outputOption('text, or the report as one JSON object'))
    .addHelpText('after', '\nExit codes: 0 intact, 1 tampered, 2 incomplete (an outcome, an epoch or a blob is missing, or the last line\nis torn), or no journal that can be read.\n')
    .addHelpText('after', examples('sallyport log verify', 'sallyport log verify ./journal --output json'))
    .action(async (dir: string | undefined, { journal, output }: OutputOption & { journal?: string }) => {
      await saying(async () => {
        process.exitCode = await verifyJournal(place(dir ?? journal), output, process.stdout);
      });
    });
}

const DEFAULT_PLACE = '$SALLYPORT_STATE/journal, else $XDG_STATE_HOME/sallyport/journal';

/** A journal or a key that cannot be read ends with 2, so that nobody takes it for one that was tampered with, or for an intact one. */
async function saying(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw error instanceof JournalFault ? new InputFault('unreadable', error.message, error) : error;
  }
}

function place(option: string | undefined): string {
  return journalPlace(option, process.env, homedir());
}

function wholeNumber(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('expected a whole number of at most seven digits');
  return Number(text);
}
