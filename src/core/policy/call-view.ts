import type { CelInput } from '@bufbuild/cel';
import type { HttpAction, ProtocolMessage } from '../terms/action.ts';
import type { Subject } from '../terms/subject.ts';
import { celValue } from './conditions/values.ts';
import { viewPath, type PathView } from './paths.ts';
import { queryValues } from './query-values.ts';

/** What the agent did before in this run. */
export interface RunFacts {
  /** Whether a call to a tool of this name was permitted. */
  seen(tool: string): boolean;
}

/** What is known besides the call itself. */
export interface Circumstances {
  readonly subject: Subject;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Absent: nothing is known, and what asks for it cannot be told. */
  readonly run?: RunFacts | undefined;
}

/** One call as its rules look at it; what is costly is made when first asked for. */
export class CallView {
  readonly action: HttpAction;
  readonly subject: Subject;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly run: RunFacts | undefined;
  readonly path: PathView;
  /** The one of the call's messages that is being judged. */
  message: ProtocolMessage | undefined;
  /** Why it could not be told whether a rule matches. */
  untold: string | undefined;
  #headers: ReadonlyMap<string, readonly string[]> | undefined;
  #query: ReadonlyMap<string, readonly string[]> | undefined;
  #json: CelInput | undefined;

  constructor(action: HttpAction, { subject, now, run }: Circumstances) {
    this.action = action;
    this.subject = subject;
    this.now = now;
    this.run = run;
    this.path = viewPath(action.path);
  }

  /** Values of header fields by lower-case name. */
  get headers(): ReadonlyMap<string, readonly string[]> {
    return this.#headers ??= grouped(this.action.headers);
  }

  /** Decoded values of the query by name; undefined where it does not decode. */
  get query(): ReadonlyMap<string, readonly string[]> | undefined {
    return this.#query ??= queryValues(this.action.query);
  }

  /** The body's JSON, as conditions read it. */
  json(): CelInput {
    return this.#json ??= celValue(this.action.body?.json);
  }
}

function grouped(pairs: HttpAction['headers']): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [value]);
    else group.push(value);
  }
  return groups;
}
