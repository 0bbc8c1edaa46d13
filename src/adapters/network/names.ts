import type { HostName } from '../../core/terms/authority.ts';

/** Which synthetic address (198.18.0.0/15) stands for which name. */
export interface SyntheticNames {
  /** The address that stands for the name from now on. */
  addressOf(host: HostName): string;
  /** The name that an address stands for; undefined where it was never given out, or was given up. */
  nameOf(address: string): HostName | undefined;
  readonly size: number;
}

/** `capacity` bounds the names kept; the one unused for longest goes first. */
export type CreateSyntheticNames = (capacity?: number) => SyntheticNames;
