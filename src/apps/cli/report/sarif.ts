import { createHash } from 'node:crypto';
import { STANDARD_INPUT } from '../../../adapters/command-line/input-file.ts';
import type { FaultWeight } from '../../../core/checks/check.ts';
import { CHECKS } from '../../../core/checks/index.ts';
import { subjectText } from '../manifest/report.ts';
import type { PlacedFault, Reviewed, ReviewedManifest } from '../manifest/review.ts';

const LEVELS = { deny: 'error', warn: 'warning', audit: 'note' } as const satisfies Record<FaultWeight, string>;

/** Rules that are no checks of the sandbox: what was asked cannot be judged, or an object of ours cannot be put in force. */
const OTHER_RULES = [{ id: 'admission', title: 'Gate one can read what it is asked' }, { id: 'policy', title: 'An object of ours can be put in force' }] as const;

/**
 * What was found, as a SARIF 2.1.0 log (OASIS Static Analysis Results Interchange Format), for code scanning. Paths are given as they
 * were named, so that they are relative to where the command ran. A result keeps its fingerprint while lines move.
 */
export function sarif({ reviewed, assumptions }: Pick<Reviewed, 'reviewed' | 'assumptions'>, version: string): object {
  const rules = [...CHECKS, ...OTHER_RULES];
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'Sallyport', semanticVersion: version, rules: rules.map(ruleOf) } },
      invocations: [{ executionSuccessful: true, toolExecutionNotifications: assumptions.map((text) => ({ level: 'note', message: { text } })) }],
      columnKind: 'utf16CodeUnits',
      results: reviewed.flatMap((one) => one.faults.map((fault) => resultOf(one, fault, rules.findIndex(({ id }) => id === fault.check)))),
    }],
  };
}

function ruleOf({ id, title }: { readonly id: string; readonly title: string }): object {
  return { id, shortDescription: { text: `${title}.` }, help: { text: `The page docs/checks/${id}.md that comes with Sallyport explains it.` }, properties: { tags: ['security'] } };
}

function resultOf(one: ReviewedManifest, fault: PlacedFault, ruleIndex: number): object {
  const subject = subjectText(one);
  const place = fault.field === '' ? subject : `${subject} ${fault.field}`;
  return {
    ruleId: fault.check,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    level: LEVELS[fault.weight],
    message: { text: `${place}: ${fault.message}. Fix: ${fault.fix}.` },
    locations: [{
      physicalLocation: { artifactLocation: { uri: uriOf(one.file) }, region: { startLine: fault.line, startColumn: fault.column } },
      logicalLocations: [{ fullyQualifiedName: place, kind: 'member' }],
    }],
    partialFingerprints: { 'sallyport/v1': createHash('sha256').update(JSON.stringify([subject, fault.check, fault.reason, fault.field])).digest('hex').slice(0, 32) },
    properties: { reason: fault.reason, ...(one.source === undefined ? {} : { source: one.source }) },
  };
}

/** A path as a relative reference (RFC 3986); standard input has none, and gets a name. */
function uriOf(file: string): string {
  const path = file === STANDARD_INPUT ? 'stdin.yaml' : file.replaceAll('\\', '/');
  return (path.startsWith('/') ? 'file://' : '') + path.split('/').map(encodeURIComponent).join('/');
}
