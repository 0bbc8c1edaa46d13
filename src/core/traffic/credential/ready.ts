import { filled } from '../../policy/credential.ts';
import type { CredentialReference } from '../../terms/permit.ts';
import { Mask } from './mask.ts';
import type { AwsKeys } from './sigv4.ts';

/** Shorter ones cannot be told from other text in an answer, nor kept from being guessed. */
const SHORTEST = 8;

/** A secret ready to be set in calls. */
export interface ReadyCredential {
  readonly reference: CredentialReference;
  readonly value: string;
  readonly mask: Mask;
  /** Where requests are signed. */
  readonly keys?: AwsKeys;
}

/** What is set, out of the values of the secret's keys; or why they cannot be set, never with a word of them. */
export function readyCredential(reference: CredentialReference, values: ReadonlyMap<string, string>): ReadyCredential | { readonly fault: string } {
  if (reference.aws !== undefined) return readyKeys(reference, values);
  const secrets = [...values.values()].filter((value) => Buffer.byteLength(value) >= SHORTEST);
  if (secrets.length === 0) return { fault: `it is shorter than the ${SHORTEST} characters that a secret has to have` };
  const value = filled(reference.value, values);
  if (reference.in === 'header' && !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return { fault: `it holds characters that the header ${reference.name} cannot carry` };
  return { reference, value, mask: new Mask(secrets) };
}

/** Names of the keys, as AWS's own programs read them from their environment. */
export const AWS_KEYS = { always: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'], perhaps: ['AWS_SESSION_TOKEN'] } as const;

function readyKeys(reference: CredentialReference, values: ReadonlyMap<string, string>): ReadyCredential | { readonly fault: string } {
  const [id = '', secret = '', session] = [...AWS_KEYS.always, ...AWS_KEYS.perhaps].map((name) => values.get(name));
  if (secret.length < SHORTEST) return { fault: `its AWS_SECRET_ACCESS_KEY is shorter than the ${SHORTEST} characters that a secret has to have` };
  if (![id, session ?? 'none'].every((text) => /^[\x21-\x7e]+$/.test(text))) return { fault: 'it holds characters that no header can carry' };
  return { reference, value: '', mask: new Mask([secret, ...(session === undefined ? [] : [session])]), keys: { id, secret, ...(session !== undefined && { session }) } };
}
