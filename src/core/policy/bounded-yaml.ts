import { Composer, Lexer, Parser, type CST, type Document, type DocumentOptions, type LineCounter, type ParseOptions, type SchemaOptions } from 'yaml';
import { unicodeName } from '../terms/quote.ts';

/** Documents as the YAML library composes them, or why and from where (an offset in characters) on the text is not read. */
export type BoundedYaml =
  | { readonly documents: readonly Document.Parsed[] }
  | { readonly offset: number; readonly message: string };

/** In characters; `kubectl apply` takes no more either, because it keeps what it applied in an annotation. */
const LARGEST_FILE = 256 * 1024;

/** A policy needs 9, the managed fields of an exported object some 20. */
const DEEPEST = 64;

const MOST_ERRORS = 100;

/**
 * Characters that one reader takes for a line break and another does not (YAML 1.1 knows more of them; a lone CR), so that a comment
 * may hide a key, and those that nobody sees: controls, and what turns the direction of a line around (CVE-2021-42574).
 */
const DECEPTIVE = /\r(?!\n)|(?![\t\n\r])\p{Cc}|[\p{Zl}\p{Zp}\p{Bidi_Control}]|(?<!^)\ufeff/u;

/**
 * Composes YAML 1.2 in time and memory that the text's length bounds. The library by itself recurses into `[[[[...` until its
 * stack overflows, and compares each key of a mapping with every other: a megabyte of either would keep it busy for minutes.
 *
 * What it leaves for the caller to find: keys that stand twice in one mapping.
 */
export function composeWithin(text: string, lines: LineCounter): BoundedYaml {
  if (text.length > LARGEST_FILE) return { offset: 0, message: `is longer than ${LARGEST_FILE} characters` };
  const deceptive = DECEPTIVE.exec(text);
  if (deceptive !== null) return misread(text, deceptive, lines);
  return composeBounded(text, lines, { prettyErrors: false, stringKeys: true, uniqueKeys: false, logLevel: 'silent', version: '1.2' });
}

type Reading = ParseOptions & DocumentOptions & SchemaOptions & { readonly uniqueKeys: false };

/** The same of a text of any length and of anybody's, as the options have it read. */
export function composeBounded(text: string, lines: LineCounter, options: Reading, deepest = DEEPEST): BoundedYaml {
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  const parser = new Parser(lines.addNewLine);
  let errors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error') errors += 1;
    }
    // The text is refused already; each further one would be made into an exception.
    if (errors > MOST_ERRORS) break;
    if (parser.stack.length > deepest) return { offset: parser.offset - lexeme.length, message: `is nested more than ${deepest} levels deep` };
  }
  tokens.push(...parser.end());
  const composer = new Composer(options);
  return { documents: [...composer.compose(tokens)] };
}

function misread(text: string, { 0: character, index }: RegExpExecArray, lines: LineCounter): BoundedYaml {
  lines.addNewLine(0);
  for (const lineBreak of text.slice(0, index).matchAll(/\n/g)) lines.addNewLine(lineBreak.index + 1);
  return { offset: index, message: `has ${unicodeName(character)} in it, which readers of YAML disagree on or nobody sees` };
}
