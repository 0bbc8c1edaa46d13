import { quoted } from '../../terms/quote.ts';
import { JsonFault } from './fault.ts';

const SHAPE = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Digits that any decimal number may have to survive being read as a double (IEEE 754) and be told from its neighbours. */
const MOST_DIGITS = 17;

/**
 * Refuses what is no number (RFC 8259 section 6), and if `strict` numbers of which a reader with doubles sees another one than a
 * reader with big integers or decimals: whole numbers beyond 2^53 - 1, more than 17 significant digits, and what overflows or vanishes.
 */
export function checkNumber(text: string, at: number, strict: boolean): void {
  if (!SHAPE.test(text)) throw new JsonFault('syntax', at, `expected a number, got ${quoted(text)}`);
  // Up to 15 digits and nothing else: every reader agrees.
  if (!strict || (text.length <= 15 && !/[eE]/.test(text))) return;
  const value = Number(text);
  const digits = significantDigits(text);
  const whole = !/[.eE]/.test(text);
  const safe = whole ? Number.isSafeInteger(value) : digits.length <= MOST_DIGITS && Number.isFinite(value) && (value !== 0 || digits === '');
  if (!safe) throw new JsonFault('number-unsafe', at, `expected a number that every reader reads alike, got ${quoted(text)}`);
}

function significantDigits(text: string): string {
  const [mantissa = ''] = text.split(/[eE]/, 1);
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '');
  return mantissa.includes('.') ? digits.replace(/0+$/, '') : digits;
}
