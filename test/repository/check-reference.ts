import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS } from '../../src/core/checks/index.ts';
import { ROOT } from './imports.ts';

const INTRODUCTION = `# What gate one checks

Generated from the headers of the checks by \`npm run generate\`; do not edit.

Every pod of a namespace labelled \`sallyport.dev/agents\` is judged by all of these, in this order, and is told all of its faults at
once: with a reason, the field, the fix and a link to the section below. \`containers[*]\` means every container of the pod: init
containers, restartable ones and ephemeral ones too. Templates of Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and
ReplicationControllers get a warning where their pods would be denied.

The sidecar's own containers and volumes are judged by [sidecar-intact](#sidecar-intact): of one that it tells to have changed no other
check gives advice, and one that it neither proves nor tells of is spared nothing. A SandboxProfile may turn a check into a warning (\`warnOnly\`), but not an essential one.

\`sallyport check FILE\` says all of this offline.
`;

const ADMISSION = `## admission

A request is refused, in every mode of the namespace, where its object has not the types that the Kubernetes API gives it, where its
kind is none that this version reviews, and where the controller has not yet published what the sidecar needs. A pod that carries the
label \`sallyport.dev/agent\` in a namespace that takes no agents is refused, and so is every pod of a namespace that picks a
SandboxProfile which does not exist. A pod with more than 100 containers of all kinds, 200 volumes or 50,000 values in all is refused
unjudged, and of more than 500 faults the rest is counted in one, \`more-faults\`.
`;

/** The page that the links of faults point to: one section for each check, made of its file's header. */
export function checkReference(): string {
  return [INTRODUCTION, index(), ...CHECKS.map(({ id }) => section(id)), ADMISSION].join('\n');
}

function index(): string {
  return ['| check | holds where | essential |', '|---|---|---|', ...CHECKS.map(({ id, title, essential }) => `| [${id}](#${id}) | ${title} | ${essential ? 'yes' : ''} |`), ''].join('\n');
}

function section(id: string): string {
  return `## ${id}\n\n${header(id)}\n`;
}

/** The comment above the check, its table of fields as a block. */
function header(id: string): string {
  const source = readFileSync(join(ROOT, 'src/core/checks', `${id}.ts`), 'utf8');
  const [, comment] = /\/\*\*\n((?: \*.*\n)+?) \*\/\nexport const \w+: Check = /.exec(source) ?? [];
  if (comment === undefined) throw new Error(`src/core/checks/${id}.ts: expected a comment right above the check`);
  const lines = comment.trimEnd().split('\n').map((line) => line.slice(3));
  return lines.map((line, index) => {
    const [inside, before, after] = [line, lines[index - 1] ?? '', lines[index + 1] ?? ''].map((one) => one.startsWith('  '));
    return `${inside && !before ? '```text\n' : ''}${inside ? line.slice(2) : line}${inside && !after ? '\n```' : ''}`;
  }).join('\n');
}
