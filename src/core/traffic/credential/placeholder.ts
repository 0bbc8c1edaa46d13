import type { HttpAction } from '../../terms/action.ts';

/** What agents hold in place of secrets: a text for each variable, made anew with each proxy, and of no worth to anybody. */
export class Placeholders {
  readonly #randomBytes: (size: number) => Uint8Array;
  /** All of them begin with it; lower case, so that no spelling of a host loses it. */
  readonly #mark: string;
  readonly #byVariable = new Map<string, string>();

  constructor(randomBytes: (size: number) => Uint8Array) {
    this.#randomBytes = randomBytes;
    this.#mark = `sallyport-${hex(randomBytes(6))}-`;
  }

  of(variable: string): string {
    let placeholder = this.#byVariable.get(variable);
    if (placeholder === undefined) this.#byVariable.set(variable, placeholder = `${this.#mark}${hex(this.#randomBytes(16))}`);
    return placeholder;
  }

  /** The same for many, as an environment has them. */
  environment(variables: readonly string[]): Readonly<Record<string, string>> {
    return Object.fromEntries(variables.map((variable) => [variable, this.of(variable)]));
  }

  /** The first variable whose placeholder a call carries without being bound to it; undefined: none. Looks wherever the call was read: host, target, headers, gathered body. */
  stray(action: HttpAction, bound: ReadonlySet<string>): string | undefined {
    const found = textsOf(action).filter((text) => text.includes(this.#mark));
    if (found.length === 0) return undefined;
    return [...this.#byVariable].find(([variable, placeholder]) => !bound.has(variable) && found.some((text) => text.includes(placeholder)))?.[0];
  }
}

function textsOf({ authority, path, query, headers, body }: HttpAction): string[] {
  const target = `${authority.host} ${path}?${query}`;
  const fields = headers.flatMap(([name, value]) => [name, value, ...basic(value)]);
  const texts = [target, ...fields, ...(body === undefined ? [] : [Buffer.from(body.bytes).toString('latin1')])];
  return texts.flatMap((text) => (text.includes('%') ? [text, unescaped(text)] : [text])).map((text) => text.toLowerCase());
}

/** User and password of HTTP's Basic scheme (RFC 7617). */
function basic(value: string): string[] {
  const [, encoded] = /^basic +([a-z0-9+/=_-]+)$/i.exec(value) ?? [];
  return encoded === undefined ? [] : [Buffer.from(encoded, 'base64').toString('latin1')];
}

const unescaped = (text: string): string => text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
