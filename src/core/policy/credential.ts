import type { CredentialReference } from '../terms/permit.ts';
import { quoted } from '../terms/quote.ts';
import type { AgentPolicy, Tool } from './model.ts';
import type { TextFault } from './text-faults.ts';

/** A key of a Secret, as Kubernetes names them. */
const KEY = /\{([-._a-zA-Z0-9]{1,253})\}/g;

/** Fields that say where a message goes, how long it is or what becomes of its connection (RFC 9110, RFC 9112): the proxy's own. */
const OURS = new Set([
  'accept-encoding', 'connection', 'content-encoding', 'content-length', 'expect', 'host', 'http2-settings', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'range',
  'te', 'trailer', 'transfer-encoding', 'upgrade',
]);

export function compileCredential({ secret, in: place = 'header', header, name, value = '', aws, env, paths }: NonNullable<Tool['credential']>): CredentialReference {
  return {
    secret, in: place, name: place === 'header' ? (header ?? 'authorization').toLowerCase() : name ?? '', value,
    ...(aws !== undefined && { aws }),
    ...(env !== undefined && { env }),
    ...(paths !== undefined && { paths }),
  };
}

/** The keys of the secret that a value is made of, in their order. */
export function keysOf(template: string): readonly string[] {
  return [...new Set([...template.matchAll(KEY)].map(([, key = '']) => key))];
}

/** Whether the body has to be there whole before the request can be sent: to swap a placeholder in it, or because its digest is signed, which Amazon S3 alone does without. */
export const needsBody = ({ in: place = 'header', aws }: { readonly in?: string | undefined; readonly aws?: { readonly service: string } | undefined }): boolean =>
  place === 'body' || (aws !== undefined && aws.service !== 's3');

/** The value itself. */
export function filled(template: string, values: ReadonlyMap<string, string>): string {
  return template.replace(KEY, (_, key: string) => values.get(key) ?? '');
}

/** Every variable that holds a placeholder. */
export function placeholderVariables(policies: readonly AgentPolicy[]): readonly string[] {
  return [...new Set(policies.flatMap(({ spec }) => spec.tools.flatMap(({ credential }) => credential?.env ?? [])))].toSorted();
}

export function templateFault(text: string): TextFault | undefined {
  const expected = 'a text such as Bearer {token}';
  const keys = keysOf(text);
  if (keys.length === 0) return { message: `${quoted(text)} names no key of the secret`, expected };
  // Kubernetes allows no such key; as a file it would lead out of the folder.
  if (keys.some((key) => key === '.' || key.startsWith('..'))) return { message: `${quoted(text)} names a key that no secret has`, expected };
  return /^[\x20-\x7e]*$/.test(text) && !/[{}]/.test(text.replace(KEY, '')) ? undefined : { message: `${quoted(text)} has braces that enclose no key, or characters that no header carries`, expected };
}

export function headerFault(text: string): TextFault | undefined {
  if (!/^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/.test(text)) return { message: `${quoted(text)} is no name of a header`, expected: 'a name such as Authorization' };
  return OURS.has(text.toLowerCase()) ? { message: `${quoted(text)} is the proxy's own to set`, expected: 'another header' } : undefined;
}

export function variableFault(text: string): TextFault | undefined {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? undefined : { message: `${quoted(text)} is no name of a variable`, expected: 'a name such as API_TOKEN' };
}
