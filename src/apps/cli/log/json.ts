/** What JSON leaves as it is and a terminal or an editor obeys: DEL and C1 controls, bidirectional and line controls. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** JSON of the same value as `JSON.stringify` gives, with nothing in it that could rewrite what a terminal shows: a journal may be somebody else's. */
export function printableJson(value: object, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
