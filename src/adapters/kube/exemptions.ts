import type { Exemption } from '../../core/policy/exemption.ts';
import { parseObjects } from '../../core/policy/parse-objects.ts';
import { type Fact, known, unknown } from '../../core/terms/fact.ts';
import { API_VERSION, SYSTEM_NAMESPACE } from '../../core/terms/fixed-names.ts';
import type { KubeObject } from './client.ts';
import { startInformer, type WatchSettings } from './informer.ts';
import { staleness } from './staleness.ts';

export interface Exemptions {
  readonly synced: boolean;
  /** Every one that can be read, in force or not, by name; unknown where what was watched is stale. */
  all(): Fact<readonly Exemption[]>;
  stop(): Promise<void>;
}

/** Follows the `Exemption` objects of `sallyport-system` and of no other namespace. One that cannot be read exempts nobody. */
export function watchExemptions({ client, ...watch }: WatchSettings): Exemptions {
  const informer = startInformer(client, { ...watch, path: `/apis/${API_VERSION}/namespaces/${SYSTEM_NAMESPACE}/exemptions`, read: readExemption });
  return {
    get synced() {
      return informer.synced;
    },
    all() {
      const stale = staleness('exemptions', informer, watch.now());
      return stale === undefined ? known(informer.list().filter((one) => one !== undefined)) : unknown(stale);
    },
    stop: () => informer.stop(),
  };
}

function readExemption(object: KubeObject): Exemption | undefined {
  const { exemptions: [exemption], problems } = parseObjects([object], `exemption/${object.metadata.name}`);
  // The API server says of each when it was created; without that nobody can tell how long it has lasted.
  return problems.length === 0 && exemption?.metadata.creationTimestamp !== undefined ? exemption : undefined;
}
