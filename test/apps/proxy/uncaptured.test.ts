import { expect, test } from 'vitest';
import type { NoticeDraft } from '../../../src/core/evidence/draft.ts';
import { watchUncaptured } from '../../../src/apps/proxy/uncaptured.ts';
import { compile } from '../../../src/core/policy/compile.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import type { Snapshot } from '../../../src/core/policy/snapshot.ts';

function snapshotOf(generation: number, ...tools: readonly string[]): Snapshot {
  const text = `apiVersion: sallyport.dev/v1alpha1\nkind: AgentPolicy\nmetadata: {name: triage, namespace: agents}\nspec:\n  tools:\n${tools.map((tool) => `  - ${tool}\n`).join('')}`;
  const compiled = compile(parsePolicies([{ file: 'policy.yaml', text }]).policies, { generation });
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems));
  return compiled.snapshot;
}

const API = '{name: api, http: {hosts: [api.example.com, "*.api.example.com"], ports: [443, 8443]}, access: full}';
const FILES = '{name: files, http: {hosts: [files.example.com], ports: [8080, 8443]}, access: full}';
const CAPTURED = '{name: plain, http: {hosts: [plain.example.com], ports: [443]}, access: full}';

test('ports that are listed and not captured are told once for each snapshot, with their tools and what to do', () => {
  const told: Omit<NoticeDraft, 'kind'>[] = [];
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const change = (snapshot: Snapshot): void => { for (const listener of listeners) listener(snapshot); };
  const stop = watchUncaptured({
    snapshots: { current: () => snapshotOf(1, API, FILES), onChange: (listener) => { listeners.add(listener); return () => { listeners.delete(listener); }; } },
    captured: [443, 80],
    remedy: "add it to the profile's capturedPorts",
    say: (said) => { told.push(said); },
  });
  change(snapshotOf(2, CAPTURED));
  change(snapshotOf(3, FILES.replace('8443', '443')));
  stop();
  change(snapshotOf(4, FILES));
  expect(told).toEqual([
    { event: 'port-not-captured', sentence: "Port 8080 of tool files, port 8443 of tool api, tool files is reachable through the proxy variables only: add it to the profile's capturedPorts.", facts: { ports: '8080,8443', generation: 1 } },
    { event: 'port-not-captured', sentence: "Port 8080 of tool files is reachable through the proxy variables only: add it to the profile's capturedPorts.", facts: { ports: '8080', generation: 3 } },
  ]);
});
