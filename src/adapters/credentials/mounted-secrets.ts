import { isUtf8 } from 'node:buffer';
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { systemReason } from '../command-line/input-file.ts';

/** The values of a secret's keys, or what stands in the way, with the file's place and without a word of what is in it. */
export type SecretValues = ReadonlyMap<string, string> | { readonly fault: string };

/** Longer than any key or token, and than a header may be. */
const LARGEST = 65_536;
/** Milliseconds after which a file is looked at again: so long may a rotation take to be noticed. */
const LOOK_AGAIN = 1_000;

interface Seen {
  readonly at: number;
  readonly values: SecretValues;
}

/**
 * Secrets in a folder, as Kubernetes mounts them: `DIR/NAME/KEY`, where `NAME/..data` is a link to the folder of one version, which is exchanged
 * as a whole. They are read when they are needed, again after a second, and all keys of one version together. As long as nothing has changed
 * the same map is given out.
 */
export class MountedSecrets {
  readonly #directory: string;
  readonly #monotonic: () => number;
  readonly #seen = new Map<string, Seen>();

  constructor(directory: string, monotonic: () => number = () => performance.now()) {
    this.#directory = directory;
    this.#monotonic = monotonic;
  }

  /** `perhaps`: keys that need not be there. Names and keys are as the policy's schema has them: no path leads out of the folder. */
  read(secret: string, keys: readonly string[], perhaps: readonly string[] = []): SecretValues {
    const id = [secret, ...keys, ...perhaps].join('/');
    const now = this.#monotonic();
    const seen = this.#seen.get(id);
    if (seen !== undefined && now - seen.at < LOOK_AGAIN) return seen.values;
    const values = this.#kept(seen?.values, readSecret(join(this.#directory, secret), keys, perhaps));
    this.#seen.set(id, { at: now, values });
    return values;
  }

  #kept(before: SecretValues | undefined, values: SecretValues): SecretValues {
    if (!(before instanceof Map) || !(values instanceof Map)) return values;
    return before.size === values.size && [...values].every(([key, value]) => before.get(key) === value) ? before : values;
  }
}

function readSecret(folder: string, keys: readonly string[], perhaps: readonly string[]): SecretValues {
  const version = versionOf(folder);
  const values = new Map<string, string>();
  for (const key of [...keys, ...perhaps]) {
    if (perhaps.includes(key) && !existsSync(join(version, key))) continue;
    const value = readValue(join(version, key));
    if (typeof value !== 'string') return { fault: `${join(folder, key)} ${value.fault}` };
    values.set(key, value);
  }
  return values;
}

/** The folder of the version that is in force; the folder itself where there are no versions. */
function versionOf(folder: string): string {
  try {
    return realpathSync(join(folder, '..data'));
  } catch {
    return folder;
  }
}

function readValue(file: string): string | { readonly fault: string } {
  try {
    // Not to wait for whoever might write to a pipe.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) return { fault: 'is no file' };
      if (stat.size > LARGEST) return { fault: `is larger than ${LARGEST} bytes` };
      return textOf(readFileSync(descriptor));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return { fault: `cannot be read (${systemReason(error)})` };
  }
}

/** Without the end of line that editors leave and `echo` writes. */
function textOf(bytes: Buffer): string | { readonly fault: string } {
  if (!isUtf8(bytes)) return { fault: 'is no text in UTF-8' };
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  return text === '' ? { fault: 'is empty' } : text;
}
