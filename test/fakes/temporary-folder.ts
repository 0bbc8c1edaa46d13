import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const { folder, remove } = made();
  onTestFinished(remove);
  return folder;
}

/** A folder that is gone when all tests of the file are over. */
export function sharedFolder(): string {
  const { folder, remove } = made();
  afterAll(remove);
  return folder;
}

function made(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
