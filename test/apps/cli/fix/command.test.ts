import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sallyport } from '../../../fakes/command-line.ts';
import { sharedFolder } from '../../../fakes/temporary-folder.ts';

const folder = sharedFolder();

const POD = `# mine
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: agents}
spec:
  containers:
    - name: x   # the agent
      image: registry.example.com/x:1
`;

function file(text: string): string {
  const path = join(mkdtempSync(join(folder, 'manifest-')), 'a.yaml');
  writeFileSync(path, text);
  return relative(process.cwd(), path);
}

const HARDENED = `${POD}      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop: [ALL]
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  enableServiceLinks: false
`;

describe('sallyport fix', () => {
  test('prints the hardened manifest alone, tells what is left for a person, and ends with 1', async () => {
    const path = file(POD);
    const { code, stdout, stderr } = await sallyport('fix', '--profile', 'contained', path);
    expect({ code, stdout }).toEqual({ code: 1, stdout: HARDENED });
    expect(stderr).toContain(`left for a person to decide:\n  ${path}:7:7 Pod agents/a spec.containers[0].securityContext.runAsNonRoot\n    container "x" may run as root [run-as-user]\n    fix: set runAsNonRoot: true`);
    expect(stderr).toContain('usual values are put in by: --also run-as-user,read-only-root,resource-limits,service-account-token,lifetime-set\n');
    expect(stderr).toContain('sallyport: namespace agents is not in the input: it is taken for one that enforces profile contained\n');
    expect(readFileSync(path, 'utf8')).toBe(POD);
  });

  test('names lines of the input as long as it stays as it is, and those of the result once that is written', async () => {
    const path = file(`${POD}---\n${POD.replace('name: a,', 'name: b,')}`);
    const where = 'Pod agents/b spec.containers[0].image';
    expect((await sallyport('fix', '--diff', path)).stderr).toContain(`  ${path}:17:7 ${where}\n`);
    expect((await sallyport('fix', '-o', 'json', path)).stdout).toContain('"line": 17');
    expect((await sallyport('fix', '--write', path)).stderr).toContain(`  ${path}:25:7 ${where}\n`);
  });

  test('makes the changes of checks that somebody decided for, and ends with 0 where check would', async () => {
    const path = file(POD);
    const { code, stdout } = await sallyport('fix', '--profile', 'contained', '--also', 'run-as-user,read-only-root', '--also', 'resource-limits,service-account-token,lifetime-set', '--write', path);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(readFileSync(path, 'utf8')).toContain('        readOnlyRootFilesystem: true\n      resources:\n        limits:\n          cpu: 500m\n          memory: 512Mi\n          ephemeral-storage: 1Gi\n  securityContext:\n    seccompProfile:\n      type: RuntimeDefault\n    runAsNonRoot: true\n    runAsUser: 10001\n');
    expect(await sallyport('check', '--profile', 'contained', path)).toMatchObject({ code: 0 });
  });

  test('prints a diff of several files, and writes nothing', async () => {
    const [one, other] = [file(POD), file(HARDENED)];
    const { stdout } = await sallyport('fix', '--diff', one, other);
    expect(stdout).toContain(`--- a/${one}\n+++ b/${one}\n@@ -6,3 +6,11 @@\n   containers:\n     - name: x   # the agent\n       image: registry.example.com/x:1\n+      securityContext:\n`);
    expect(stdout).not.toContain(other);
    expect(readFileSync(one, 'utf8')).toBe(POD);
  });

  test('prints files, their diffs and what is left as JSON', async () => {
    const path = file(POD);
    const { stdout, stderr } = await sallyport('fix', '-o', 'json', '--profile', 'contained', path);
    const [one] = JSON.parse(stdout) as { file: string; changed: boolean; diff: string; left: { check: string; fixable: boolean }[] }[];
    expect({ ...one, left: one?.left.map(({ check, fixable }) => `${check} ${fixable}`) }).toMatchObject({ file: path, changed: true, diff: expect.stringContaining('+  enableServiceLinks: false\n'), left: expect.arrayContaining(['image-source false', 'read-only-root true']) });
    expect(stderr).toBe('sallyport: namespace agents is not in the input: it is taken for one that enforces profile contained\n');
  });

  test('hardens in the light of every file that is given', async () => {
    const namespace = file('apiVersion: v1\nkind: Namespace\nmetadata: {name: agents}\n');
    expect((await sallyport('fix', '--diff', file(POD), namespace)).stdout).toBe('');
  });

  test.each([
    [() => ['fix', file(POD), file(POD)], 'of 2 files only a diff can be printed: use --diff, or --write to change them in place'],
    [() => ['fix', '--also', 'read-only-rot', file(POD)], "option '--also <checks>' argument 'read-only-rot' is invalid. There is no check \"read-only-rot\" (did you mean read-only-root?)."],
    [() => ['fix', file('a: 1')], ':1:1: expected a Kubernetes object, got one without apiVersion and kind'],
    [() => ['fix', file('')], ': there is no object in it, and at least one is expected'],
    [() => ['fix', 'nowhere.yaml'], 'nowhere.yaml: cannot be read (there is no such file or folder)'],
  ])('ends with 2 where it cannot be done', async (args, message) => {
    expect(await sallyport(...args())).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('says which object an anchor keeps as it is', async () => {
    const path = file('apiVersion: v1\nkind: List\nitems:\n- apiVersion: example.com/v1\n  kind: Other\n  spec: &ctx {a: b}\n- apiVersion: v1\n  kind: Pod\n  spec:\n    containers: [{name: x, securityContext: *ctx}]\n');
    expect((await sallyport('fix', '--diff', path)).stderr).toContain(`sallyport: ${path}:7:3: Pod is left as it is: what would change stands behind an anchor that others share; write it out\n`);
  });
});
