import { readFileSync } from 'node:fs';
import { InputFault } from '../../src/adapters/command-line/input-fault.ts';
import { fixText } from '../../src/apps/cli/fix/plan.ts';
import { parseManifests, type Manifest } from '../../src/apps/cli/manifest/read.ts';
import { reviewManifests } from '../../src/apps/cli/manifest/review.ts';
import { worldOf } from '../../src/apps/cli/manifest/world.ts';
import { CHECKS } from '../../src/core/checks/index.ts';
import { BUILT_IN_PROFILES } from '../../src/core/policy/profile.ts';
import { injectionSettings } from '../../src/apps/webhook/injection-settings.ts';

export const name = 'manifest';

const golden = (file: string): Buffer => readFileSync(new URL(`../golden/pods/${file}.yaml`, import.meta.url));

export const seeds: Uint8Array[] = [
  ...['minimal', 'constrained', 'workloads'].map(golden),
  Buffer.from('{"apiVersion": "v1", "kind": "List", "items": [\n  {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "a", "securityContext": {}}]}}\n]}\n'),
  Buffer.from('apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - &c\n    name: a\n    securityContext: &x {runAsUser: 5}\n  - name: b\n    securityContext: *x\n'),
];

export const tokens: Uint8Array[] = ['securityContext:', ' {}', ' []', ' ~', '&a ', '*a', '<<: *x', '!!str ', '|\n', '>-\n', '# c', '? ', ': ', '- ', '\r\n', '\t', '---\n', '...\n', 'null', '"', "'", 'privileged: true', 'drop: [X]', ', ', '\ufeff'].map((text) => Buffer.from(text));

const everyCheck = new Set(CHECKS.map(({ id }) => id));
const settings = injectionSettings({ image: 'i', imagePullPolicy: 'Always', controllerUrl: 'https://c.example', resolver: '192.0.2.1', clusterDomain: 'c', probes: [] }, { ca: '', keys: [] }, BUILT_IN_PROFILES.contained);

/** A text is read or refused with its place; what is read can be reviewed; and what is fixed is fixed for good. */
export function target(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString('utf8');
  const manifests = read(text);
  if (manifests === undefined) return;
  const world = worldOf(manifests, { namespace: 'default', profile: BUILT_IN_PROFILES.contained }, 0);
  try {
    reviewManifests(manifests, world, () => settings, 0);
    // Half of all texts, by a coin that falls the same way each time.
    const also = bytes.length % 2 === 0 ? everyCheck : new Set<string>();
    const once = fixText('x', text, world, also);
    const again = fixText('x', once.text, world, also);
    if (again.text !== once.text && again.unwritable.length === once.unwritable.length) throw new Error('a fix of what was fixed changes more');
  } catch (error) {
    if (!(error instanceof InputFault)) throw error;
  }
}

function read(text: string): Manifest[] | undefined {
  try {
    return parseManifests('x', text);
  } catch (error) {
    if (!(error instanceof InputFault) || !/^x:\d+:\d+: ./.test(error.message)) throw error;
    return undefined;
  }
}
