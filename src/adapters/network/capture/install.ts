import { SYNTHETIC_RANGE } from '../../../core/terms/fixed-names.ts';
import { runProgram, type RunProgram } from './program.ts';
import { proveRoute, proveRuleset } from './proof.ts';
import { captureChains, rulesetText, TABLE } from './ruleset.ts';
import type { CaptureSettings } from './settings.ts';

/**
 * Captures all traffic of this network namespace, and reads back that it is so. May be repeated.
 *
 * The rules come first: between the steps, and if the second fails, nothing can leave. Needs NET_ADMIN in the namespace
 * and nothing else; no sysctl is written. Rejects with `CaptureFault`.
 */
export async function installCapture(settings: CaptureSettings, run: RunProgram = runProgram): Promise<void> {
  const chains = captureChains(settings);
  await run('nft', ['-f', '-'], rulesetText(chains));
  await run('ip', ['route', 'replace', 'local', SYNTHETIC_RANGE.text, 'dev', 'lo']);
  proveRuleset(await run('nft', ['-j', 'list', 'table', 'inet', TABLE]), chains);
  proveRoute(await run('ip', ['-j', '-4', 'route', 'show', 'table', 'local']));
}
