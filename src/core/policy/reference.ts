/** The reference page of both kinds, in Markdown. */
export function policyReference(): string {
  return '';
}
