/** What was thrown, as the end of a sentence: its message, else its name; anything may be thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
}
