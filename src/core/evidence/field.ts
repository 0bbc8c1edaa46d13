import type { Fields, Shape } from './shape.ts';

/** One field that is always there; `says` is its sentence in the reference. */
export function field(shape: Shape, says: string): { shape: Shape; says: string } {
  return { shape, says };
}

/** One field that may be absent. */
export function optional(shape: Shape, says: string): { shape: Shape; says: string; optional: true } {
  return { shape, says, optional: true };
}

/** An object of these fields. */
export function fields(table: Fields): Shape {
  return { is: 'fields', fields: table };
}
