/** What a field of a record can hold. */
export type Shape =
  | { readonly is: 'text' }
  /** One of a closed list of words. */
  | { readonly is: 'word'; readonly of: readonly string[] }
  | { readonly is: 'integer' }
  | { readonly is: 'milliseconds' }
  | { readonly is: 'boolean' }
  /** 32 bytes as lower-case hex. */
  | { readonly is: 'hash' }
  | { readonly is: 'version' }
  /** Whole numbers in a list. */
  | { readonly is: 'integers' }
  | { readonly is: 'texts' }
  /** Names of the writer's own choosing, with a text, a number or a boolean each. */
  | { readonly is: 'facts' }
  | { readonly is: 'fields'; readonly fields: Fields }
  /** Objects of the same fields in a list. */
  | { readonly is: 'list'; readonly fields: Fields };

export interface Field {
  readonly shape: Shape;
  readonly optional?: true;
  /** One sentence for the reference page. */
  readonly says: string;
}

export type Fields = Readonly<Record<string, Field>>;

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

/** A table that describes `T` whole: the compiler finds a field that is missing, superfluous, or wrongly optional. */
export type FieldsOf<T> = {
  readonly [K in keyof T]-?: K extends OptionalKeys<T>
    ? Field & { readonly optional: true }
    : Field & { readonly optional?: never };
};
