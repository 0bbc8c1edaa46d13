import type { AddressRange } from '../terms/authority.ts';
import type { Address } from './address.ts';
import type { AddressClass } from './classify.ts';

export type AddressAnswer = { readonly ok: true } | { readonly ok: false; readonly class: AddressClass; readonly sentence: string };

/** Whether an address may be dialled: public ones may, others only where a listed range contains them, synthetic ones never. */
export function permitsAddress(_address: Address, _ranges: readonly AddressRange[]): AddressAnswer {
  return { ok: false, class: 'reserved', sentence: 'not built' };
}
