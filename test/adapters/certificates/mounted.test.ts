import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeptServingCertificate } from '../../../src/adapters/certificates/kept.ts';
import { mountedCertificate } from '../../../src/adapters/certificates/mounted.ts';
import { mintAuthority, mintServing, type ServingCertificate } from '../../../src/adapters/certificates/serving.ts';
import { soon } from '../../fakes/soon.ts';

const HOUR = 3_600_000;
const authority = await mintAuthority({ commonName: 'Somebody', now: Date.now(), lifetime: HOUR });
const minted = (): Promise<ServingCertificate> => mintServing({ authority, dnsNames: ['gate.example'], now: Date.now(), lifetime: HOUR });
const [first, second] = [await minted(), await minted()];

let directory: string;
let generation = 0;
let kept: KeptServingCertificate | undefined;
let faults: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sallyport-mounted-'));
  faults = [];
});

afterEach(async () => {
  await kept?.stop();
  kept = undefined;
  rmSync(directory, { recursive: true });
});

const parts = ({ cert, key, ca }: ServingCertificate): Record<string, string> => ({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca });

/** As the kubelet writes a Secret: a new folder, and one link that is swapped over to it. */
function mount(files: Readonly<Record<string, string>>): void {
  const folder = `..${(generation += 1)}`;
  mkdirSync(join(directory, folder));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, folder, name), text);
  symlinkSync(folder, join(directory, '..data_tmp'));
  renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
}

async function serve(): Promise<KeptServingCertificate> {
  kept = await mountedCertificate({ directory, interval: 5, onFault: (fault) => void faults.push(String(fault)) });
  return kept;
}

describe('a mounted certificate', () => {
  test('is served, and followed when the kubelet swaps it', async () => {
    mount(parts(first));
    const one = await serve();
    expect(one.current()).toEqual(first);
    const told: ServingCertificate[] = [];
    one.onChange((next) => void told.push(next));
    mount(parts(second));
    await soon('the next certificate', () => told.length > 0);
    expect([one.current(), told]).toEqual([second, [second]]);
    expect(faults).toEqual([]);
  });

  test('is read where plain files lie', async () => {
    for (const [name, text] of Object.entries(parts(first))) writeFileSync(join(directory, name), text);
    expect((await serve()).current()).toEqual(first);
  });

  test('needs no ca.crt, and does not take a ca.key for leave to renew it', async () => {
    const { 'ca.crt': _ca, ...files } = parts(first);
    mount({ ...files, 'ca.key': authority.key });
    expect((await serve()).current()).toEqual({ ...first, ca: '' });
  });

  test('stays as it was while the next one cannot be used, and says what is wrong', async () => {
    mount(parts(first));
    const one = await serve();
    mount({ ...parts(second), 'tls.key': first.key });
    await soon('the fault', () => faults.length > 0);
    expect(one.current()).toEqual(first);
    expect(faults[0]).toContain(`${directory} cannot be served with: expected tls.key to be the private key of tls.crt, got another`);
    mount(parts(second));
    await soon('the good one', () => one.current().cert === second.cert);
  });

  test.each([
    ['nothing', {}, 'expected tls.crt and tls.key in DIRECTORY, got neither'],
    ['no key', { 'tls.crt': first.cert }, 'expected tls.crt and tls.key in DIRECTORY, got one of them'],
    ['no certificate', { 'tls.crt': 'hello', 'tls.key': first.key }, 'DIRECTORY cannot be served with: expected a PEM certificate, got something else'],
  ])('is refused at the start with %s', async (_, files, message) => {
    mount(files);
    await expect(serve()).rejects.toThrow(message.replace('DIRECTORY', directory));
  });
});
