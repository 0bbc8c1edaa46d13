import type { KubeObject } from '../../../adapters/kube/client.ts';
import { clip } from '../../../core/admission/message.ts';
import type { Fault } from '../../../core/checks/check.ts';
import { sidecarIntact } from '../../../core/checks/sidecar-intact.ts';
import type { Assessment } from './assess.ts';
import type { ScannedPod } from './scanned-pod.ts';

const SOURCE = 'sallyport';
export const REPORT_VERSION = 'wgpolicyk8s.io/v1alpha2';

/** What one report tells at most; a result is at most a kilobyte. */
const MOST_RESULTS = 50;
const LONGEST = 300;

/** Members of one result (`PolicyReportResult`) but for its timestamp. */
export type ReportResult = Readonly<Record<string, unknown>>;

/** Path of the report on a pod. */
export function reportPath({ namespace, uid }: ScannedPod): string {
  return `/apis/${REPORT_VERSION}/namespaces/${namespace}/policyreports/${reportName(uid)}`;
}

/**
 * The PolicyReport (wgpolicyk8s.io/v1alpha2) on one pod. One for each pod, owned by it: whoever may read the pod's namespace finds it,
 * it goes when the pod goes, its size is bounded whatever the namespace holds, and no two pods wait for each other's writes.
 *
 * @param since milliseconds since the epoch from which on the results have been these
 */
export function policyReport(pod: ScannedPod, results: readonly ReportResult[], since: number): KubeObject {
  const { namespace, name, uid } = pod;
  const subject = { apiVersion: 'v1', kind: 'Pod', name, uid };
  const timestamp = { seconds: Math.floor(since / 1000), nanos: 0 };
  const counted = (outcome: string): number => results.filter(({ result }) => result === outcome).length;
  return {
    apiVersion: REPORT_VERSION,
    kind: 'PolicyReport',
    metadata: { name: reportName(uid), namespace, labels: { 'app.kubernetes.io/managed-by': SOURCE }, ownerReferences: [subject] },
    scope: { ...subject, namespace },
    results: results.map((result) => ({ ...result, timestamp })),
    summary: { pass: counted('pass'), fail: counted('fail'), warn: counted('warn'), error: counted('error'), skip: counted('skip') },
  };
}

/** `fail` is what would refuse the pod, `warn` what the profile softens, `error` what could not be told, `pass` the proof of the sidecar. */
export function resultsOf({ faults, mode, profile, proven }: Assessment): ReportResult[] {
  const pass = proven === true ? [{ ...common(profile), rule: sidecarIntact.id, result: 'pass', scored: true }] : [];
  const told = faults.slice(0, MOST_RESULTS).map((fault) => resultOf(fault, profile, mode === 'enforce'));
  const untold = faults.length - told.length;
  return [...pass, ...told, ...(untold > 0 ? [{ ...common(profile), rule: 'admission', result: 'error', scored: false, message: `and ${untold} more faults` }] : [])];
}

function resultOf({ check, reason, field, message, fix, link, weight, unknown }: Fault, profile: string, enforced: boolean): ReportResult {
  return {
    ...common(profile),
    rule: check,
    result: unknown === true ? 'error' : weight === 'deny' ? 'fail' : 'warn',
    scored: weight === 'deny' && enforced,
    severity: check === sidecarIntact.id ? 'high' : weight === 'deny' ? 'medium' : 'low',
    message: clip(`${field === '' ? '' : `${field}: `}${message}`, LONGEST),
    properties: { reason, field: clip(field, LONGEST), fix: clip(fix, LONGEST), link },
  };
}

function common(profile: string): ReportResult {
  return { source: SOURCE, policy: profile, category: 'Agent sandbox' };
}

function reportName(uid: string): string {
  return `sallyport-${uid}`;
}
