const NANO = 1_000_000_000n;
const DECIMAL: ReadonlyMap<string, bigint> = new Map([
  ['n', 1n], ['u', 1_000n], ['m', 1_000_000n], ['', NANO], ['k', NANO * 10n ** 3n], ['M', NANO * 10n ** 6n],
  ['G', NANO * 10n ** 9n], ['T', NANO * 10n ** 12n], ['P', NANO * 10n ** 15n], ['E', NANO * 10n ** 18n],
]);
const BINARY: ReadonlyMap<string, bigint> = new Map([
  ['Ki', NANO << 10n], ['Mi', NANO << 20n], ['Gi', NANO << 30n], ['Ti', NANO << 40n], ['Pi', NANO << 50n], ['Ei', NANO << 60n],
]);

// Digits are bounded so that hostile text makes no huge number; the API server's own amounts end at 2^63.
const FORM = /^(\d{1,20})?(?:\.(\d{0,20}))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/;

/**
 * Reads a Kubernetes quantity, such as `500m`, `1.5Gi` or `2e3`, in billionths, rounded up.
 * Negative amounts and everything malformed are `undefined`.
 *
 * Source: k8s.io/apimachinery/pkg/api/resource, Quantity.
 */
export function parseQuantity(text: string | number): bigint | undefined {
  const [, whole = '', fraction = '', suffix = '', exponent] = FORM.exec(String(text)) ?? ['', '', ''];
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const power = (exponent === undefined ? 0 : Number(exponent)) - fraction.length;
  const unit = DECIMAL.get(suffix) ?? BINARY.get(suffix) ?? NANO;
  return power >= 0 ? digits * unit * 10n ** BigInt(power) : divideUp(digits * unit, 10n ** BigInt(-power));
}

/** Spells an amount as the API server does when it gives an object back: `1000m` becomes `1`, `1024Mi` becomes `1Gi`. Malformed text and exponents stay. */
export function canonicalQuantity(text: string): string {
  const amount = parseQuantity(text);
  if (amount === undefined || /[eE][+-]?\d/.test(text)) return text;
  if (amount === 0n) return '0';
  const units = text.endsWith('i') && amount >= NANO << 10n ? [...BINARY, ['', NANO] as const] : [...DECIMAL];
  const fitting = units.filter(([, unit]) => amount % unit === 0n).sort(([, a], [, b]) => (a > b ? -1 : 1));
  const [suffix, unit] = fitting[0] ?? ['n', 1n];
  return `${amount / unit}${suffix}`;
}

function divideUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}
