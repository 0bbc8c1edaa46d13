import type { z } from 'zod';
import type { Immutable } from './model.ts';
import type { exemption } from './schema/exemption.ts';

/** Lets named faults of exactly one subject pass until it expires. Only those in `sallyport-system` count. */
export type Exemption = Immutable<z.output<typeof exemption>>;
/** A workload whose pods Kubernetes itself makes. */
export type Workload = NonNullable<Exemption['spec']['subject']['workload']>;
