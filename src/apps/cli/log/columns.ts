import { styleText } from 'node:util';
import type { Row, RowVerdict } from './row.ts';

type Paint = (style: Style, text: string) => string;
type Style = 'green' | 'red' | 'yellow' | 'dim' | 'cyan';

const STYLES: Readonly<Record<RowVerdict, Style>> = { permit: 'green', deny: 'red', hold: 'yellow', observe: 'yellow', open: 'cyan', notice: 'dim' };

const WIDEST = { agent: 32, target: 72 };

/** Colour where the stream is a terminal that wants it (NO_COLOR and FORCE_COLOR are heeded). */
export function painter(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

/** Lays rows out in columns that are as wide as the widest so far, within bounds, so that what follows stays aligned. */
export class Columns {
  readonly #paint: Paint;
  #agent = 12;
  #target = 32;

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** Makes room for rows before the first of them is laid out. */
  fit(rows: readonly Row[]): void {
    for (const { agent, target, verdict } of rows) {
      this.#agent = Math.min(WIDEST.agent, Math.max(this.#agent, agent.length));
      if (verdict !== 'notice') this.#target = Math.min(WIDEST.target, Math.max(this.#target, target.length));
    }
  }

  heading(): string {
    const titles = ['TIME'.padEnd(13), 'VERDICT', 'AGENT'.padEnd(this.#agent), 'CALL'.padEnd(this.#target), 'STATUS', 'MS'.padStart(8), 'ID'.padEnd(8), 'REASON'];
    return this.#paint('dim', titles.join('  '));
  }

  /** Stands above the first row of each day. */
  dayLine(day: string): string {
    return this.#paint('dim', day);
  }

  line(row: Row): string {
    this.fit([row]);
    const verdict = this.#paint(STYLES[row.verdict], row.verdict.padEnd(7));
    const start = [this.#paint('dim', row.time.padEnd(13)), verdict, cut(row.agent, this.#agent)];
    if (row.verdict === 'notice') return [...start, this.#paint('dim', row.target)].join('  ');
    const end = [cut(row.target, this.#target), row.status.padStart(6), row.milliseconds.padStart(8), this.#paint('dim', row.call.padEnd(8)), row.reason];
    return [...start, ...end].join('  ');
  }
}

/** Padded to the width; what is longer loses its middle, as host and last segment tell the most. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text.padEnd(width);
  const head = Math.ceil((width - 1) * 0.6);
  return `${text.slice(0, head)}…${text.slice(head + 1 - width)}`;
}
