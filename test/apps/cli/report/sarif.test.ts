import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseManifests } from '../../../../src/apps/cli/manifest/read.ts';
import { reviewManifests } from '../../../../src/apps/cli/manifest/review.ts';
import { worldOf } from '../../../../src/apps/cli/manifest/world.ts';
import { sarif } from '../../../../src/apps/cli/report/sarif.ts';
import { CHECKS } from '../../../../src/core/checks/index.ts';
import { CONTAINED, SETTINGS } from '../../../core/checks/pods.ts';

/** The schema of OASIS, without its descriptions; and without the one format for which its reader here would only take absolute addresses. */
const SCHEMA = z.fromJSONSchema(JSON.parse(
  readFileSync(new URL('../../../vectors/sarif/sarif-schema-2.1.0.json', import.meta.url), 'utf8'),
  (key, value: unknown) => (key === 'format' && value === 'uri-reference' ? undefined : value),
) as Parameters<typeof z.fromJSONSchema>[0]);

interface Log {
  readonly runs: readonly [{
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly [{ readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[] }];
    readonly results: readonly { readonly ruleId: string; readonly ruleIndex: number; readonly level: string; readonly message: { readonly text: string }; readonly locations: readonly [{ readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: object } }]; readonly partialFingerprints: object; readonly properties: object }[];
  }];
}

function logOf(file: string, text: string): Log {
  const manifests = parseManifests(file, text);
  return sarif(reviewManifests(manifests, worldOf(manifests, { namespace: 'default', profile: CONTAINED }, 0), () => SETTINGS, 0), '1.2.3') as Log;
}

const BARE = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: x\n    image: registry.example.com/x:1\n';

describe('a SARIF log', () => {
  test.each(['breakout', 'constrained', 'minimal', 'mistyped', 'spoofed', 'windows', 'workloads'])('of the golden pod %s fits the schema of version 2.1.0', (name) => {
    const log = logOf(`${name}.yaml`, readFileSync(new URL(`../../../golden/pods/${name}.yaml`, import.meta.url), 'utf8'));
    expect(SCHEMA.safeParse(log).error?.issues ?? []).toEqual([]);
    for (const { ruleId, ruleIndex } of log.runs[0].results) expect(log.runs[0].tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
  });

  test('is one that the schema can refuse', () => {
    expect(SCHEMA.safeParse({ ...logOf('a.yaml', BARE), version: '2.0.0' }).success).toBe(false);
  });

  test('has every check as a rule', () => {
    expect(logOf('a.yaml', BARE).runs[0].tool.driver.rules.map(({ id }) => id)).toEqual([...CHECKS.map(({ id }) => id), 'admission', 'policy']);
  });

  test('says of each fault what, where and how bad it is', () => {
    const [run] = logOf('charts/my agent/a.yaml', `# Source: agent/templates/pod.yaml\n${BARE}`).runs;
    expect(run.results.find(({ ruleId }) => ruleId === 'read-only-root')).toMatchObject({
      level: 'error',
      message: { text: 'Pod default/a spec.containers[0].securityContext.readOnlyRootFilesystem: container "x" can write to its root file system. Fix: set readOnlyRootFilesystem: true and mount an emptyDir where the program writes, such as /tmp.' },
      locations: [{ physicalLocation: { artifactLocation: { uri: 'charts/my%20agent/a.yaml' }, region: { startLine: 7, startColumn: 5 } } }],
      properties: { reason: 'root-writable', source: 'agent/templates/pod.yaml' },
    });
    expect(run.results.filter(({ level }) => level === 'warning').map(({ ruleId }) => ruleId)).toContain('network-policy');
    expect(run.invocations[0].toolExecutionNotifications).toEqual([{ level: 'note', message: { text: 'namespace default is not in the input: it is taken for one that enforces profile contained' } }]);
  });

  test('knows a fault again where lines have moved, and tells it from others', () => {
    const [before, after] = [logOf('a.yaml', BARE), logOf('b.yaml', `# one more\n${BARE}`)].map(({ runs }) => runs[0].results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints)));
    expect(after).toEqual(before);
    expect(new Set(before).size).toBe(before?.length);
  });

  test('gives standard input a name', () => {
    expect(logOf('-', BARE).runs[0].results[0]?.locations[0].physicalLocation.artifactLocation.uri).toBe('stdin.yaml');
  });
});
