export const API_VERSION = 'sallyport.dev/v1alpha1';

export type Access = 'read-only' | 'read-write' | 'full';

/** Absent list: any; empty list: none. */
export interface HttpMatch {
  readonly methods?: readonly string[] | undefined;
  readonly paths?: readonly string[] | undefined;
}

/** Exactly one of `allow`, `deny` and `hold` is present. */
export interface Rule {
  readonly name?: string | undefined;
  readonly allow?: HttpMatch | undefined;
  readonly deny?: HttpMatch | undefined;
  readonly hold?: HttpMatch | undefined;
  readonly reason?: string | undefined;
}

export interface HttpTool {
  readonly hosts: readonly string[];
  /** Absent: 443, or 80 where `tls` is `off`. */
  readonly ports?: readonly number[] | undefined;
  readonly addresses?: readonly string[] | undefined;
  readonly tls: 'intercept' | 'off';
}

export interface ToolCapture {
  readonly payload: 'digest' | 'full';
  readonly limit?: number | undefined;
  readonly redact?: readonly string[] | undefined;
}

export interface Tool {
  readonly name: string;
  readonly http: HttpTool;
  readonly access?: Access | undefined;
  readonly rules: readonly Rule[];
  readonly capture?: ToolCapture | undefined;
}

/** One policy as written, defaults filled in, JSON-serialisable. */
export interface AgentPolicy {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'AgentPolicy';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly agents?: { readonly matchLabels: Readonly<Record<string, string>> } | undefined;
    readonly mode: 'enforce' | 'observe';
    readonly tools: readonly Tool[];
  };
}
