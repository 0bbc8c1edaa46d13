import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { JournalFault } from '../../../src/adapters/journal/fault.ts';
import { openJournal } from '../../../src/adapters/journal/journal.ts';
import type { NoticeDraft } from '../../../src/core/evidence/draft.ts';

/**
 * Appends to the journal in the folder named first until a record is refused, says so on standard output, waits for a byte on
 * standard input, removes the file named second (what filled the disk), and appends once more.
 */
const [directory = '', filler = ''] = process.argv.slice(2);
const notice = (event: string): NoticeDraft => ({ kind: 'notice', event, sentence: `${event} happened`, facts: { packets: 3, interface: 'eth0' } });
const say = (fact: object): boolean => process.stdout.write(`${JSON.stringify(fact)}\n`);

try {
  const journal = await openJournal({ directory, now: Date.now, randomBytes });
  let kept = 0;
  try {
    for (; kept < 100_000; kept += 1) await journal.append(notice(`event-${kept}`), kept % 100 === 0 ? 'synced' : 'written');
  } catch (error) {
    say({ kept, code: error instanceof JournalFault ? error.code : String(error), healthy: journal.healthy });
  }
  await new Promise((resolve) => { process.stdin.once('data', resolve); });
  rmSync(filler, { force: true });
  await journal.append(notice('again'), 'synced');
  say({ healthy: journal.healthy });
  await journal.close();
} catch (error) {
  say({ code: error instanceof JournalFault ? error.code : String(error) });
}
process.exit();
