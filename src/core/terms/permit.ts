import type { LlmProvider } from './action.ts';
import type { AddressRange, Authority } from './authority.ts';
import type { ReasonCode } from './reason.ts';
import type { Deny, Hold, RuleReference } from './verdict.ts';

/** How much of a call's payload is kept: only its size and digest, or up to `limit` bytes of it, with `redact` (paths that `parseMemberPath` reads) blanked. */
export interface Capture {
  readonly payload: 'digest' | 'full';
  /** Bytes kept of each direction. */
  readonly limit: number;
  readonly redact: readonly string[];
}

export type ToolProtocol = 'http' | 'llm' | 'mcp' | 'grpc' | 'tcp';

/** What the data path does with a permitted call besides passing its bytes on. */
export interface Treatment {
  readonly protocol: ToolProtocol;
  /** Of an `llm` tool. */
  readonly provider?: LlmProvider;
  /** Of an `mcp` tool: what is done about a tool whose description is not what it was. */
  readonly changed?: 'deny' | 'hold' | 'allow';
  /** Whether the upstream may be called by HTTP/2. */
  readonly http2: boolean;
  /** Tools that the request offers to a model and that are taken out of it, by their exact names. */
  readonly strip: readonly string[];
  /** Most bytes of one call's request and answer. */
  readonly upload?: number;
  readonly download?: number;
  /** What is set in the request; absent: nothing. */
  readonly credentials?: readonly CredentialReference[];
  readonly content?: ContentModes;
}

/** How much may be called; counted by `key`. */
export interface CallLimit {
  /** Policy, tool and rule. */
  readonly key: string;
  /** What sets it, as the subject of a sentence. */
  readonly name: string;
  /** At most `count` calls at once, refilled evenly over so many seconds. */
  readonly rate?: { readonly count: number; readonly seconds: number };
  /** Most calls at one time. */
  readonly concurrency?: number;
  /** Most bytes sent to one host on one day (UTC). */
  readonly bytesPerDay?: number;
}

/** Where a secret goes, and which; never the secret itself. */
export interface CredentialReference {
  /** Name of the Secret, or of the folder that stands for it. */
  readonly secret: string;
  readonly in: 'header' | 'query' | 'body';
  /** Header (in lower case), query parameter, or member or field of the body. */
  readonly name: string;
  /** `Bearer {token}`: each `{key}` is a key of the secret. */
  readonly value: string;
  /** The variable that holds a placeholder in the agent's containers; in a query or body the placeholder is what is replaced. */
  readonly env?: string;
  /** The only paths, as rules write them, at which it is set; absent: wherever the tool allows the call. */
  readonly paths?: readonly string[];
  /** The request is signed with the keys of the secret instead (AWS Signature Version 4). */
  readonly aws?: { readonly service: string; readonly region: string };
}

export type ContentMode = 'block' | 'redact' | 'flag';

/** What is done about what is found in requests, and about prompt injection in answers; absent: not looked for. */
export interface ContentModes {
  readonly secrets?: ContentMode;
  readonly personal?: ContentMode;
  readonly injection?: 'flag';
}

export interface PermitFacts {
  readonly reason: ReasonCode;
  readonly rule?: RuleReference;
  readonly sentence: string;
  /** The one place that may be dialled on this permit. */
  readonly authority: Authority;
  /** Non-public addresses that the tool lists; public ones need no listing. */
  readonly addresses: readonly AddressRange[];
  readonly capture: Capture;
  readonly treatment: Treatment;
  /** Each has to leave room for the call: `Usage` says. */
  readonly limits: readonly CallLimit[];
  /** Names of the tools that let the call pass. */
  readonly tools: readonly string[];
  /** Generation and digest of the snapshot that was asked. */
  readonly generation: number;
  readonly digest: string;
  /** In observe mode: what enforce would have said. */
  readonly wouldBe?: Deny | Hold;
}

/**
 * Authority as a value: what `dial()` demands. Only policy evaluation issues one (a test over the import graph holds this),
 * and `Permit.proven` tells a real one from an object that looks like one.
 */
export class Permit {
  readonly kind = 'permit';
  readonly #facts: PermitFacts;

  private constructor(facts: PermitFacts) {
    this.#facts = Object.freeze({ ...facts });
    Object.freeze(this);
  }

  get facts(): PermitFacts {
    return this.#facts;
  }

  get authority(): Authority {
    return this.#facts.authority;
  }

  static proven(value: unknown): value is Permit {
    return typeof value === 'object' && value !== null && #facts in value;
  }

  /** For `core/policy` alone. */
  static issue(facts: PermitFacts): Permit {
    return new Permit(facts);
  }
}
