import type { HostName } from '../terms/authority.ts';

/** A host in its one normal form, or one English sentence (without a full stop's worth of blame) that says what is wrong with it. */
export type ParsedHost = { readonly ok: true; readonly host: HostName } | { readonly ok: false; readonly sentence: string };

export function parseHost(_text: string): ParsedHost {
  return { ok: false, sentence: 'not built' };
}

export function isAddressLiteral(_host: HostName): boolean {
  return false;
}
