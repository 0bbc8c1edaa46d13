import { isObject } from '../../terms/is-object.ts';
import { LlmRequestFault } from './request-fault.ts';
import type { Members } from './tool-names.ts';

/** What the most tokens of an answer are called: by OpenAI's APIs and Anthropic's, those who speak them, Gemini, and the models of Bedrock. */
const CEILINGS = [
  'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'max_tokens_to_sample', 'max_new_tokens', 'max_gen_len', 'max_length', 'n_predict', 'num_predict',
  'maxTokens', 'maxOutputTokens', 'maxTokenCount',
];

/** How many answers are asked for at once. */
const ANSWERS = ['n', 'best_of', 'candidateCount', 'candidate_count', 'num_generations', 'numResults'];

/** Objects of a request in which these stand as well. */
const WITHIN = ['generationConfig', 'generation_config', 'inferenceConfig', 'textGenerationConfig', 'additionalModelRequestFields', 'options'];

/** Every member whose name tells of a ceiling. */
export const CEILING_NAMES: readonly string[] = [...CEILINGS, ...ANSWERS, ...WITHIN];

/**
 * The most tokens that a request lets the model answer with, in all answers together; undefined: it does not say. Which of two
 * names a host goes by cannot be known, so the higher counts.
 */
export function tokenCeiling(body: Members): number | undefined {
  const places = [body, ...WITHIN.flatMap((member) => (isObject(body[member]) ? [body[member]] : []))];
  const ceilings = places.flatMap((place) => counts(place, CEILINGS));
  const answers = places.flatMap((place) => counts(place, ANSWERS));
  return ceilings.length === 0 ? undefined : Math.max(...ceilings) * Math.max(1, ...answers);
}

function counts(place: Members, names: readonly string[]): number[] {
  return names.flatMap((name) => {
    const value = place[name];
    if (value === undefined || value === null) return [];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw new LlmRequestFault(`has a ${name} that is no number of tokens or answers`);
    return [value];
  });
}
