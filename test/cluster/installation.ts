import { join } from 'node:path';
import { ROOT } from '../repository/imports.ts';
import { IMAGE } from './image.ts';
import { eventually, kubectl, mustKubectl, run } from './kubectl.ts';

export const SYSTEM = 'sallyport-system';
export const NODE = join(ROOT, 'node_modules/.bin/node');
export const MAIN = join(ROOT, 'src/main.ts');

/** Installs the image of the suite as `sallyport install --print` says, and waits until it serves. */
export async function install(...flags: readonly string[]): Promise<void> {
  const printed = await run(NODE, [MAIN, 'install', '--print', '--image', IMAGE, '--image-pull-policy', 'Never', ...flags]);
  if (printed.code !== 0) throw new Error(`install --print ended with ${printed.code}: ${printed.err}`);
  await applyInstallation(printed.out);
  for (const name of ['sallyport-controller', 'sallyport-webhook']) await mustKubectl(['-n', SYSTEM, 'rollout', 'status', `deployment/${name}`, '--timeout=180s']);
}

/** Applies manifests once nothing is left of an installation before. */
export async function applyInstallation(manifests: string | object): Promise<void> {
  await mustKubectl(['delete', 'namespace', SYSTEM, '--ignore-not-found', '--timeout=120s']);
  await eventually('kubectl apply of the installation', 60, async () => ((await kubectl(['apply', '-f', '-'], manifests)).code === 0 ? true : undefined));
}

/** In the order in which nothing is left that could stop the rest. */
export async function uninstall(...namespaces: readonly string[]): Promise<void> {
  await kubectl(['delete', 'validatingwebhookconfiguration,mutatingwebhookconfiguration', '-l', 'app.kubernetes.io/part-of=sallyport', '--ignore-not-found']);
  await kubectl(['delete', 'namespace', ...namespaces, SYSTEM, '--ignore-not-found', '--wait=false']);
}
