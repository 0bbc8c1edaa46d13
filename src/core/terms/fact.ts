/** A fact that a decision rests on, or the sentence that says why it cannot be had. Without it there is no allowing. */
export type Fact<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly sentence: string };

export function known<T>(value: T): Fact<T> {
  return { known: true, value };
}

export function unknown<T>(sentence: string): Fact<T> {
  return { known: false, sentence };
}
