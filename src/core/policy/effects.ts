/** What a rule does with the calls that it matches. */
export const EFFECTS = ['allow', 'deny', 'hold'] as const;

export type Effect = (typeof EFFECTS)[number];
