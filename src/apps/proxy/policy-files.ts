import type { Log, SnapshotSource } from './ports.ts';

export interface PolicyFilesSettings {
  /** A file, or a folder whose `*.yaml`, `*.yml` and `*.json` files count. */
  readonly path: string;
  /** Only policies of this namespace; absent: all. */
  readonly namespace?: string;
  readonly log: Log;
}

export interface PolicyFiles extends SnapshotSource {
  close(): void;
}

/** Reads and then watches; rejects with `PolicyFilesFault` and all problems when the first reading is bad. */
export type OpenPolicyFiles = (settings: PolicyFilesSettings) => Promise<PolicyFiles>;
