import { Option } from 'commander';

export interface OutputOption {
  readonly output: 'text' | 'json';
}

/** `-o, --output text|json`. */
export function outputOption(meaning: string): Option {
  return new Option('-o, --output <format>', meaning).choices(['text', 'json']).default('text');
}
