import type { InjectionSettings } from '../../core/injection/settings.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';
import type { Fact } from '../../core/terms/fact.ts';

export type Labels = Readonly<Record<string, string>>;

/** What this app asks of the cluster, or of the command line where there is none. */
export interface Facts {
  /** The namespace's labels as they are now; gives up when `signal` aborts. */
  namespaceLabels(namespace: string, signal: AbortSignal): Promise<Fact<Labels>>;
  /** Names of the namespaces that take agents, for refusals. */
  agentNamespaces(): readonly string[];
  /** The profile of that name, built in or installed. */
  profile(name: string): Fact<SandboxProfile>;
  /** What injection needs for pods of that profile; unknown while the controller has not said whom to trust. */
  injection(profile: SandboxProfile): Fact<InjectionSettings>;
  /** What is still missing before the first review can be answered; empty when ready. */
  missing(): readonly string[];
}

/** The webhook's own certificate, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

interface CertificateSource {
  current(): Certificate;
  /** Returns what ends it. */
  onChange(listener: (certificate: Certificate) => void): () => void;
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WebhookPorts {
  readonly facts: Facts;
  readonly certificate: CertificateSource;
  readonly log: Log;
}
