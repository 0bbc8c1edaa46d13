import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { helpEnd } from '../../../adapters/command-line/help.ts';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { readInput, STANDARD_INPUT, systemReason } from '../../../adapters/command-line/input-file.ts';
import { outputOption } from '../../../adapters/command-line/options.ts';
import { CHECKS } from '../../../core/checks/index.ts';
import { nearest } from '../../../core/policy/nearest.ts';
import { injectionFor, withManifestFlags, type ManifestFlags } from '../manifest/options.ts';
import { filesOf, parseManifests, type Manifest } from '../manifest/read.ts';
import { styleFor } from '../manifest/report.ts';
import { reviewManifests, type ReviewedManifest } from '../manifest/review.ts';
import { worldOf } from '../manifest/world.ts';
import { decisions, decisionText, unwritableText } from './decisions.ts';
import { fixText, type Fixed } from './plan.ts';
import { unifiedDiff } from './unified-diff.ts';

const HELP_END = helpEnd({
  examples: [
    'sallyport fix pod.yaml > hardened.yaml',
    'sallyport fix --diff deploy/',
    'sallyport fix --write --also read-only-root,resource-limits deploy/agent.yaml',
  ],
  notes: `
Only what no program can tell is changed unless its check is named by --also; comments, order and formatting stay.
What is left for a person goes to standard error. Give the namespace's other objects as input too, as to check.`,
  exitCodes: { 0: 'nothing is left that would be refused', 1: 'something is' },
});

interface FixFlags extends ManifestFlags {
  readonly also?: ReadonlySet<string>;
  readonly write?: true;
  readonly diff?: true;
  readonly output: 'text' | 'json';
}

interface FixedFile extends Fixed {
  readonly file: string;
  readonly before: string;
  /** As `check` finds the hardened objects, by lines of the input unless it was changed in place. */
  readonly reviewed: readonly ReviewedManifest[];
  /** What the input leaves open and was assumed, a sentence each. */
  readonly assumptions: readonly string[];
}

/** `sallyport fix`: manifests hardened as far as nobody has to be asked. */
export function fixCommand(): Command {
  return withManifestFlags(new Command('fix'))
    .argument('<files...>', 'manifests in YAML or JSON, folders with all below, or - for standard input')
    .option('--also <checks>', 'checks whose fixes are wanted too, though programs may notice (repeatable)', collectChecks)
    .option('--write', 'change the files in place')
    .option('--diff', 'print a unified diff')
    .addOption(outputOption('text, or one JSON list of files', ['text', 'json']))
    .addHelpText('after', HELP_END)
    .action(async (paths: readonly string[], flags: FixFlags) => {
      process.exitCode = await fix(paths, flags);
    });
}

async function fix(paths: readonly string[], flags: FixFlags): Promise<number> {
  const files = await fixedFiles(paths, flags);
  const plain = flags.write === undefined && flags.diff === undefined && flags.output === 'text';
  if (plain && files.length !== 1) throw new InputFault('usage', `of ${files.length} files only a diff can be printed: use --diff, or --write to change them in place`);
  if (flags.write === true) await write(files);
  process.stdout.write(printed(files, flags));
  for (const assumption of new Set(files.flatMap(({ assumptions }) => assumptions))) process.stderr.write(`sallyport: ${assumption}\n`);
  const style = styleFor(process.stderr);
  if (flags.output === 'text') process.stderr.write(files.map(({ unwritable, reviewed }) => unwritable.map(unwritableText).join('') + decisionText(decisions(reviewed), style)).join(''));
  return files.some(({ reviewed }) => reviewed.some(({ verdict }) => verdict === 'refused')) ? 1 : 0;
}

/** Every file is hardened in the light of all of them. */
async function fixedFiles(paths: readonly string[], flags: FixFlags): Promise<FixedFile[]> {
  const { profile, settingsFor } = await injectionFor(flags);
  const texts: { file: string; before: string; named: boolean }[] = [];
  for (const path of paths) for (const file of filesOf(path)) texts.push({ file, before: await readInput(file), named: file === path });
  const read = texts.map((one) => ({ ...one, manifests: parseManifests(one.file, one.before, one.named) })).filter(({ manifests }) => manifests.length > 0);
  if (read.length === 0) throw new InputFault('unfit', `${paths.join(', ')}: there is no object in it, and at least one is expected`);
  const now = Date.now();
  const world = worldOf(read.flatMap(({ manifests }) => manifests), { namespace: flags.namespace, profile }, now);
  return read.map(({ file, before, manifests }) => {
    const fixed = fixText(file, before, world, flags.also ?? new Set());
    const hardened = parseManifests(file, fixed.text, false);
    const placed = flags.write === true ? hardened : hardened.map((one, index) => inInput(one, manifests[index]));
    const { reviewed, assumptions } = reviewManifests(placed, world, settingsFor, now);
    return { ...fixed, file, before, reviewed, assumptions };
  });
}

/** Lines are those of the file that is on the disk, which only `--write` makes the hardened one. */
function inInput(hardened: Manifest, input: Manifest | undefined): Manifest {
  return input === undefined ? hardened : { ...hardened, positionOf: input.positionOf };
}

async function write(files: readonly FixedFile[]): Promise<void> {
  if (files.some(({ file }) => file === STANDARD_INPUT)) throw new InputFault('usage', '--write: standard input cannot be changed in place; name the file');
  for (const { file, before, text } of files) {
    if (text === before) continue;
    try {
      await writeFile(file, text);
    } catch (error) {
      throw new InputFault('unreadable', `${file}: cannot be written (${systemReason(error)})`, error);
    }
  }
}

function printed(files: readonly FixedFile[], { output, diff, write: written }: FixFlags): string {
  const diffOf = ({ file, before, splices }: FixedFile): string => unifiedDiff(file === STANDARD_INPUT ? 'stdin.yaml' : file.replace(/^\/+/, ''), before, splices);
  if (output === 'json') return `${JSON.stringify(files.map((one) => ({ file: one.file, changed: one.text !== one.before, diff: diffOf(one), left: decisions(one.reviewed) })), undefined, 2)}\n`;
  if (diff === true) return files.map(diffOf).join('');
  return written === true ? '' : files.map(({ text }) => text).join('');
}

function collectChecks(text: string, before: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const ids = CHECKS.map(({ id }) => id);
  const asked = text.split(',').filter((id) => id !== '');
  const wrong = asked.find((id) => !ids.includes(id));
  if (wrong === undefined) return new Set([...before, ...asked]);
  const meant = nearest(wrong, ids);
  throw new InvalidArgumentError(`There is no check ${JSON.stringify(wrong)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}.`);
}
