import type { JWTVerifyGetKey } from 'jose';
import type { EvidenceJwk } from '../../core/evidence/evidence-jwk.ts';
import { compile } from '../../core/policy/compile.ts';
import { formatProblem } from '../../core/policy/problem.ts';
import type { Snapshot } from '../../core/policy/snapshot.ts';
import type { Subject } from '../../core/terms/subject.ts';
import { LinkFault } from './fault.ts';
import { openMessage, type ReadMessage } from './message.ts';

/** The pod that this sidecar is in, as the kubelet told it. */
export interface OwnPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What the last good line said. */
export interface Held {
  readonly snapshot: Snapshot;
  readonly subject: Subject;
  readonly problems: readonly string[];
  readonly evidenceKey: EvidenceJwk;
}

export interface AcceptTerms {
  readonly keys: JWTVerifyGetKey;
  readonly pod: OwnPod;
  /** Milliseconds for which a snapshot may be acted on after the controller was last heard of. */
  readonly maxStaleness: number;
}

/**
 * Decides whether to obey one line. In this order:
 *
 * 1. one of the installation's keys signed it, and not too long ago;
 * 2. it is for this very pod: a line for another pod, replayed, would be validly signed;
 * 3. it is newer than what is held: a policy that was tightened stays tightened;
 * 4. every policy in it is of the shape that this version knows, and they compile together;
 * 5. they compile to the digest that the controller meant.
 *
 * @throws LinkFault; what was held then stays in force.
 */
export async function acceptLine(line: string, held: Held | undefined, terms: AcceptTerms, now: number): Promise<Held> {
  const message = await openMessage(line, terms.keys, now);
  requireOwn(message, terms.pod);
  requireNewer(message, held);
  const snapshot = compiled(message, now + terms.maxStaleness);
  if (snapshot.digest !== message.digest) {
    throw new LinkFault('digest-wrong', `expected policies of digest ${message.digest}, got ${snapshot.digest}`);
  }
  return { snapshot, subject: message.subject, problems: message.problems, evidenceKey: message.evidenceKey };
}

function requireOwn({ subject }: ReadMessage, pod: OwnPod): void {
  if (subject.uid !== pod.uid || subject.namespace !== pod.namespace || subject.pod !== pod.name) {
    throw new LinkFault('subject-wrong', `expected a line for pod ${pod.namespace}/${pod.name} (${pod.uid}), got one for ${subject.namespace}/${subject.pod} (${subject.uid})`);
  }
}

function requireNewer({ generation }: ReadMessage, held: Held | undefined): void {
  if (held !== undefined && generation <= held.snapshot.generation) {
    throw new LinkFault('generation-old', `expected a generation after ${held.snapshot.generation}, got ${generation}`);
  }
}

/** Without the schema and its libraries: the controller read the policies by it before it signed. */
function compiled({ policies, generation }: ReadMessage, validUntil: number): Snapshot {
  const result = compile(policies, { generation, validUntil });
  if ('snapshot' in result) return result.snapshot;
  throw new LinkFault('policy-malformed', `expected policies that this version can enforce: ${result.problems.map(formatProblem).join('; ')}`);
}
