import { homedir } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { helpEnd } from '../../../adapters/command-line/help.ts';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { outputOption } from '../../../adapters/command-line/options.ts';
import { JournalFault } from '../../../adapters/journal/fault.ts';
import { journalPlace } from '../../../adapters/journal/place.ts';
import { showCall } from './show.ts';
import { tailLog } from './tail.ts';
import { verifyJournal } from './verify.ts';

interface OutputOption {
  readonly output: 'text' | 'json';
}

/** `sallyport log tail|show|verify`. */
export function logCommand(): Command {
  return new Command('log')
    .addCommand(tailCommand())
    .addCommand(showCommand())
    .addCommand(verifyCommand());
}

function tailCommand(): Command {
  return new Command('tail')
    .description('Print the latest calls, one a line.')
    .argument('[dir]', `the journal's folder (default: ${DEFAULT_PLACE})`)
    .addOption(new Option('--journal <dir>', 'the same, as other commands spell it'))
    .option('-f, --follow', 'go on with what is written from now on')
    .option('-n, --lines <count>', 'calls and notices to begin with', wholeNumber, 20)
    .addOption(outputOption('text, or the records themselves, one JSON object a line', ['text', 'json']))
    .addHelpText('after', helpEnd({
      examples: ['sallyport log tail', 'sallyport log tail -f ./journal', 'sallyport log tail -n 1000 --output json | jq .reason'],
      exitCodes: { 0: 'printed', 2: 'bad usage, or no journal that can be read' },
    }))
    .action(async (dir: string | undefined, options: OutputOption & { journal?: string; follow?: boolean; lines: number }) => {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      process.stdout.once('error', () => stop.abort());
      const { journal, follow = false, lines: count, output } = options;
      await saying(() => tailLog({ directory: place(dir ?? journal), count, follow, output, stdout: process.stdout, signal: stop.signal }));
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('Print one call whole: who, what, why, what became of it, and its payloads where they can be opened.')
    .argument('<call>', 'the call\'s id, or the beginning or end of it')
    .option('--journal <dir>', `the journal's folder (default: ${DEFAULT_PLACE})`)
    .option('--key <file>', 'private key (PEM or JWK) that payloads are sealed to, where it is not in the folder')
    .option('--body', 'print payloads whole')
    .addOption(outputOption('text, or one JSON object', ['text', 'json']))
    .addHelpText('after', helpEnd({
      examples: ['sallyport log show 9f3c21ab', 'sallyport log show 9f3c21ab --journal ./journal --body', 'sallyport log show 9f3c21ab --journal ./from-a-pod --key evidence-key.pem'],
      exitCodes: { 0: 'shown', 1: 'no such call', 2: 'bad usage, no journal or key that can be read, or not the key that the payloads are\nsealed to' },
    }))
    .action(async (call: string, { journal, key, body = false, output }: OutputOption & { journal?: string; key?: string; body?: boolean }) => {
      await saying(() => showCall({ directory: place(journal), call, ...(key === undefined ? {} : { key }), body, output, stdout: process.stdout }));
    });
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('Check that the record is intact and complete; needs no server and no key.')
    .argument('[dir]', `the journal's folder (default: ${DEFAULT_PLACE})`)
    .addOption(new Option('--journal <dir>', 'the same, as other commands spell it'))
    .addOption(outputOption('text, or the report as one JSON object', ['text', 'json']))
    .addHelpText('after', helpEnd({
      examples: ['sallyport log verify', 'sallyport log verify ./journal --output json'],
      exitCodes: { 0: 'intact', 1: 'tampered', 2: 'incomplete (an outcome, an epoch or a blob is missing, or the last line is torn),\nno journal that can be read, or bad usage' },
    }))
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
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of at most seven digits.');
  return Number(text);
}
