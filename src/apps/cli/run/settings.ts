import type { HostName } from '../../../core/terms/authority.ts';

export interface RunSettings {
  readonly policy: string;
  readonly agent?: { readonly namespace: string; readonly agent: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly resolve: readonly { readonly host: HostName; readonly address: string }[];
  /** PEM certificates. */
  readonly upstreamCa: readonly string[];
  /** Folder of the secrets that the proxy sets in calls. */
  readonly secrets?: string;
  readonly journal: string;
  readonly requireCapture: boolean;
  readonly logLevel: string;
}
