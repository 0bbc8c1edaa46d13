import type { FoundPod, ReviewedCluster, Verdict } from './check-cluster-review.ts';
import { count, type Style } from './manifest/report.ts';

const WORDS: Readonly<Record<Verdict, string>> = {
  unproven: 'runs without a proven sidecar',
  undecided: 'nobody can tell whether its sidecar is intact',
  faulty: 'would be refused now',
  warned: 'would be let in with warnings',
};

/** The pods with findings, to be read on a terminal; ends with a line that counts. */
export function clusterReport(reviewed: ReviewedCluster, style: Style): string {
  return [...reviewed.found.map((pod) => section(pod, style)), summary(reviewed)].join('\n');
}

function section({ namespace, name, verdict, mode, profile, faults }: FoundPod, style: Style): string {
  const head = `${style('bold', `${namespace}/${name}`)}: ${style(verdict === 'warned' ? 'yellow' : 'red', WORDS[verdict])} (profile ${profile}, ${mode})`;
  const lines = faults.flatMap(({ check, weight, field, message, fix }) => [
    `  ${weight === 'deny' ? style('red', 'fault') : style('yellow', 'warning')} ${field === '' ? 'pod' : field}`,
    `    ${message} [${check}]`,
    `    fix: ${fix}`,
  ]);
  return [head, ...lines, ''].join('\n');
}

/** Each pod counts once, by what is worst about it; the faults are those of all of them. */
function summary({ namespaces, reviewed, found }: ReviewedCluster): string {
  const of = (verdict: Verdict): number => found.filter((pod) => pod.verdict === verdict).length;
  const told = found.flatMap(({ faults }) => faults);
  const serious = told.filter(({ weight }) => weight === 'deny').length;
  const pods = [`${of('unproven')} unproven`, `${of('undecided')} undecided`, `${of('faulty')} proven that would be refused`, `${of('warned')} with warnings alone`];
  const where = `${count(namespaces.length, 'namespace')} that ${namespaces.length === 1 ? 'takes' : 'take'} agents`;
  return `${count(reviewed, 'pod')} in ${where}: ${pods.join(', ')}; ${count(serious, 'fault')}, ${count(told.length - serious, 'warning')}`;
}
