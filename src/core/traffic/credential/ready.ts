import { filled } from '../../policy/credential.ts';
import type { CredentialReference } from '../../terms/permit.ts';
import { Mask } from './mask.ts';

/** Shorter ones cannot be told from other text in an answer, nor kept from being guessed. */
const SHORTEST = 8;

/** A secret ready to be set in calls. */
export interface ReadyCredential {
  readonly reference: CredentialReference;
  readonly value: string;
  readonly mask: Mask;
}

/** What is set, out of the values of the secret's keys; or why they cannot be set, never with a word of them. */
export function readyCredential(reference: CredentialReference, values: ReadonlyMap<string, string>): ReadyCredential | { readonly fault: string } {
  const secrets = [...values.values()].filter((value) => Buffer.byteLength(value) >= SHORTEST);
  if (secrets.length === 0) return { fault: `it is shorter than the ${SHORTEST} characters that a secret has to have` };
  const value = filled(reference.value, values);
  if (reference.in === 'header' && !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return { fault: `it holds characters that the header ${reference.name} cannot carry` };
  return { reference, value, mask: new Mask(secrets) };
}
