import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MountedSecrets } from '../../../src/adapters/credentials/mounted-secrets.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'secrets-'));
  onTestFinished(() => { rmSync(path, { recursive: true }); });
  return path;
}

/** As a kubelet does it: a folder for each version, and a link to it that is exchanged. */
function publish(directory: string, secret: string, version: string, values: Readonly<Record<string, string>>): void {
  const base = join(directory, secret);
  mkdirSync(join(base, version), { recursive: true });
  for (const [key, value] of Object.entries(values)) writeFileSync(join(base, version, key), value);
  symlinkSync(version, join(base, '..data_tmp'));
  renameSync(join(base, '..data_tmp'), join(base, '..data'));
}

test('a new version is read within a second, whole, and nothing is read again before', () => {
  const directory = folder();
  let now = 0;
  const secrets = new MountedSecrets(directory, () => now);
  publish(directory, 'crm', '..1', { user: 'one\n', token: 'first-token' });
  const first = secrets.read('crm', ['user', 'token']);
  expect(first).toEqual(new Map([['user', 'one'], ['token', 'first-token']]));
  publish(directory, 'crm', '..2', { user: 'two', token: 'second-token\r\n' });
  now = 999;
  expect(secrets.read('crm', ['user', 'token'])).toBe(first);
  now = 1_000;
  const second = secrets.read('crm', ['user', 'token']);
  expect(second).toEqual(new Map([['user', 'two'], ['token', 'second-token']]));
  now = 5_000;
  expect(secrets.read('crm', ['user', 'token'])).toBe(second);
  rmSync(join(directory, 'crm'), { recursive: true });
  now = 9_000;
  expect(secrets.read('crm', ['token'])).toMatchObject({ fault: expect.stringContaining('cannot be read') as string });
});

test('a key that need not be there is read once it is', () => {
  const directory = folder();
  let now = 0;
  const secrets = new MountedSecrets(directory, () => now);
  publish(directory, 'aws', '..1', { id: 'one' });
  expect(secrets.read('aws', ['id'], ['session'])).toEqual(new Map([['id', 'one']]));
  publish(directory, 'aws', '..2', { id: 'one', session: 'two' });
  now = 2_000;
  expect(secrets.read('aws', ['id'], ['session'])).toEqual(new Map([['id', 'one'], ['session', 'two']]));
});

test('a plain folder will do', () => {
  const directory = folder();
  mkdirSync(join(directory, 'crm'));
  writeFileSync(join(directory, 'crm', 'token'), 'two lines\nin it\n\n');
  expect(new MountedSecrets(directory).read('crm', ['token'])).toEqual(new Map([['token', 'two lines\nin it\n']]));
});

test.each<[string, (file: string) => void, string]>([
  ['is not there', () => {}, 'cannot be read (there is no such file or folder)'],
  ['is a folder', (file) => { mkdirSync(file); }, 'is no file'],
  ['is a pipe that nobody writes to', (file) => { execFileSync('bash', ['-c', 'mkfifo "$1"', 'bash', file]); }, 'is no file'],
  ['is too large', (file) => { writeFileSync(file, 'secret-text'.repeat(6_000)); }, 'is larger than 65536 bytes'],
  ['is no text', (file) => { writeFileSync(file, Buffer.from([0x73, 0x65, 0xff])); }, 'is no text in UTF-8'],
  ['is empty', (file) => { writeFileSync(file, '\n'); }, 'is empty'],
])('a file that %s is told with its place and without a word of it', (_, make, fault) => {
  const directory = folder();
  mkdirSync(join(directory, 'crm'));
  make(join(directory, 'crm', 'token'));
  expect(new MountedSecrets(directory).read('crm', ['token'])).toEqual({ fault: `${join(directory, 'crm', 'token')} ${fault}` });
});
