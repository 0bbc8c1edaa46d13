import { keysOf } from '../../core/policy/credential.ts';
import { matchesPath, parsePathPattern, viewPath } from '../../core/policy/paths.ts';
import type { HttpAction } from '../../core/terms/action.ts';
import type { CredentialReference, Treatment } from '../../core/terms/permit.ts';
import { CredentialAnswer } from '../../core/traffic/credential/answer.ts';
import { AwsSigning } from '../../core/traffic/credential/aws-signing.ts';
import type { Placeholders } from '../../core/traffic/credential/placeholder.ts';
import { AWS_KEYS, readyCredential, type ReadyCredential } from '../../core/traffic/credential/ready.ts';
import { CredentialRequest } from '../../core/traffic/credential/request.ts';
import { ProtocolFault } from '../../core/traffic/http1/fault.ts';
import type { RequestTreatment } from '../../core/traffic/treatment.ts';
import type { CallTreatment, TreatedCall, TreatmentKind } from './treatments.ts';

export interface CredentialParts {
  /** The values of a secret's keys, the same map as long as they are the same; or what stands in the way. */
  readonly secrets: { read(secret: string, keys: readonly string[], perhaps?: readonly string[]): ReadonlyMap<string, string> | { readonly fault: string } };
  readonly placeholders: Placeholders;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Objection = ReturnType<NonNullable<TreatmentKind['objection']>>;

interface Fault {
  readonly fault: string;
}

const HINT = 'Have the secret mounted there, with the keys that the policy names.';

/** Calls that carry a secret which their agent does not hold, and placeholders that are on their way to somewhere else. */
export class CredentialCalls implements TreatmentKind {
  readonly #parts: CredentialParts | undefined;
  readonly #ready = new WeakMap<ReadonlyMap<string, string>, WeakMap<CredentialReference, ReadyCredential | Fault>>();

  /** Without parts no secret can be had. */
  constructor(parts: CredentialParts | undefined) {
    this.#parts = parts;
  }

  /** Where there are placeholders, every call may carry one. */
  applies({ credentials }: Treatment): boolean {
    return credentials !== undefined || this.#parts !== undefined;
  }

  objection({ action, facts: { treatment } }: TreatedCall): Objection {
    const due = dueIn(action, treatment);
    const places = new Set(due.map(({ in: place, name }) => `${place} ${name}`));
    if (places.size < due.length) return { reason: 'credential-unavailable', sentence: 'Several tools set a credential in the same place of this call.', hint: 'Have one of the policies give up its credential.' };
    for (const reference of due) {
      const ready = this.#readyFor(reference);
      if ('fault' in ready) return { reason: 'credential-unavailable', sentence: sentenceOf(reference, ready), hint: HINT };
    }
    const stray = this.#parts?.placeholders.stray(action, new Set(due.flatMap(({ env }) => env ?? [])));
    if (stray === undefined) return undefined;
    return { reason: 'credential-misplaced', sentence: `The call carries the placeholder of ${stray}, which stands for a credential of another place.`, hint: `Send what ${stray} holds only where the policy sets that credential.` };
  }

  make({ action, facts: { treatment } }: TreatedCall): CallTreatment {
    const due = dueIn(action, treatment);
    const ready = due.map((reference) => this.#proven(reference));
    return {
      request: ready.map((each) => this.#request(each, action)),
      answer: ready.map(({ mask }) => new CredentialAnswer(mask, action.method)),
    };
  }

  #request(ready: ReadyCredential, action: HttpAction): RequestTreatment {
    const { reference: { env, secret, aws }, keys } = ready;
    if (aws !== undefined && keys !== undefined && this.#parts !== undefined) return new AwsSigning(secret, aws, keys, action, this.#parts.now());
    return new CredentialRequest(ready, env === undefined ? undefined : this.#parts?.placeholders.of(env), action.body?.json !== undefined);
  }

  /** It was there when the call was judged. */
  #proven(reference: CredentialReference): ReadyCredential {
    const ready = this.#readyFor(reference);
    if ('fault' in ready) throw new ProtocolFault('unwritable', `the credential ${reference.secret} cannot be set: ${ready.fault}`);
    return ready;
  }

  #readyFor(reference: CredentialReference): ReadyCredential | Fault {
    if (this.#parts === undefined) return { fault: 'the proxy was started without secrets' };
    const values = this.#parts.secrets.read(reference.secret, ...keysFor(reference));
    if (!(values instanceof Map)) return values as Fault;
    let known = this.#ready.get(values);
    if (known === undefined) this.#ready.set(values, known = new WeakMap());
    let ready = known.get(reference);
    if (ready === undefined) known.set(reference, ready = readyCredential(reference, values));
    return ready;
  }
}

const keysFor = ({ aws, value }: CredentialReference): readonly [readonly string[], (readonly string[])?] => (aws === undefined ? [keysOf(value)] : [AWS_KEYS.always, AWS_KEYS.perhaps]);

/** The credentials that are bound to the path of a call; host and port are those of the tool. */
function dueIn({ path }: HttpAction, { credentials = [] }: Treatment): readonly CredentialReference[] {
  if (credentials.every(({ paths }) => paths === undefined)) return credentials;
  const view = viewPath(path);
  return credentials.filter(({ paths }) => paths?.some((text) => {
    const parsed = parsePathPattern(text);
    return parsed.ok && matchesPath(parsed.pattern, view);
  }) ?? true);
}

const sentenceOf = ({ secret }: CredentialReference, { fault }: Fault): string => `The credential ${secret} cannot be set: ${fault}.`;
