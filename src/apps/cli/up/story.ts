import { styleText } from 'node:util';
import type { AgentLine } from './expected.ts';
import type { PodReview } from './reviews.ts';

type Style = Parameters<typeof styleText>[0];

/** What the tour prints. Colour only where `colour` says that somebody looks. */
export class Story {
  readonly #write: (text: string) => void;
  readonly #colour: boolean;

  constructor(write: (text: string) => void, colour: boolean) {
    this.#write = write;
    this.#colour = colour;
  }

  line(text = ''): void {
    this.#write(`${text}\n`);
  }

  heading(text: string): void {
    this.line();
    this.line(this.#paint('bold', text));
  }

  review(file: string, review: PodReview): void {
    const verdict = review.allowed ? this.#paint('green', 'admitted') : this.#paint('red', 'refused ');
    const note = review.allowed ? `with ${review.injected.join(', ')}` : `${review.causes.length} faults`;
    this.line(`  ${verdict}  ${file}  ${this.#paint('dim', note)}`);
    for (const cause of review.causes) this.line(`            ${cause.field}: ${cause.message}`);
  }

  call(call: AgentLine): void {
    const passed = call.status < 400;
    const held = call.reason === 'held-by-rule';
    const verdict = passed ? this.#paint('green', 'allowed') : this.#paint(held ? 'yellow' : 'red', held ? 'held   ' : 'denied ');
    this.line(`  ${verdict}  ${call.method.padEnd(6)} ${call.url}  ${this.#paint('dim', `${call.status}${call.reason ? ` ${call.reason}` : ''}`)}`);
    if (call.detail) this.line(`           ${call.detail}`);
    if (call.hint) this.line(`           ${this.#paint('dim', call.hint)}`);
  }

  problem(text: string): void {
    this.line(`  ${this.#paint('red', 'not as it should be')}: ${text}`);
  }

  #paint(style: Style, text: string): string {
    return this.#colour ? styleText(style, text, { validateStream: false }) : text;
  }
}
