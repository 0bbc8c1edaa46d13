import { z } from 'zod';
import { API_VERSION, SYSTEM_NAMESPACE } from '../../terms/fixed-names.ts';
import { EXEMPTABLE_CHECKS, exemptFault, isPersonal, PERSONAL_CHECKS } from '../exemptable-checks.ts';
import { checked, label, list } from './fields.ts';
import { ignored, objectName } from './metadata.ts';

/** Kinds whose pods Kubernetes itself makes, so that the owner of one can be proven. */
export const WORKLOAD_KINDS = ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet'] as const;

const check = checked('Id of a check.', 63, exemptFault).meta({ enum: [...EXEMPTABLE_CHECKS] });

const workload = z.strictObject({
  kind: z.enum(WORKLOAD_KINDS).meta({ description: 'Kind of the workload.' }),
  name: objectName('Name of the workload.'),
}).meta({ description: 'The workload whose pods are meant, where Kubernetes itself makes them of it.' });

const TARGETS = ['pod', 'workload'] as const;

const subject = z.strictObject({
  namespace: label('Namespace of the pods.'),
  pod: objectName('Name of the one pod that is meant.').optional(),
  workload: workload.optional(),
  user: z.string().min(1).max(500).optional().meta({ description: `Name of the user who asks, as the API server authenticated it. Required for ${PERSONAL_CHECKS.join(' and ')}.` }),
}).refine((value) => targets(value) === 1, {
  error: ({ input }) => (targets(input) === 0 ? 'names neither a pod nor a workload' : 'names a pod and a workload'),
  params: { needs: TARGETS, expected: 'exactly one of pod and workload' },
  when: () => true,
}).meta({ description: 'Who is exempt. Every member has to fit, exactly: nothing here is a pattern.', oneOf: TARGETS.map((target) => ({ required: [target] })) });

const instant = (description: string) => checked(description, 30, (text) => (isInstant(text) ? undefined : { message: `is ${JSON.stringify(text)}`, expected: 'a moment in UTC such as "2030-01-31T12:00:00Z"' }));

/** The one source of what an Exemption may say: validation, the CRD and the reference page are made from it. */
export const exemption = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Exemption'),
  metadata: z.strictObject({ ...ignored, name: objectName('Name of the object.'), namespace: z.literal(SYSTEM_NAMESPACE), creationTimestamp: instant('When the API server took it.').nullish() })
    .transform(({ name, namespace, creationTimestamp }) => ({ name, namespace, ...(typeof creationTimestamp === 'string' && { creationTimestamp }) })),
  spec: z.strictObject({
    subject,
    checks: list(check, 100, 'Checks whose faults are let pass.').min(1),
    reason: z.string().min(1).max(1_000).meta({ description: 'Why, for whoever reads the audit log.' }),
    requestedBy: z.string().min(1).max(500).meta({ description: 'Who asked for it.' }),
    expires: instant('When it ends, in UTC: at most 30 days after it was created.'),
  }).superRefine(namesPerson),
}).meta({ description: 'Lets named faults of one pod, or of the pods of one workload, pass gate one for a while.' });

/** RFC 3339 in UTC; a day that no calendar has (which `Date` would take for one of the next month) is none. */
function isInstant(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 19) === text.slice(0, 19);
}

function targets(subject: unknown): number {
  return typeof subject === 'object' && subject !== null ? TARGETS.filter((target) => Object.hasOwn(subject, target)).length : 0;
}

/** What a person does to a running pod is granted to one person, for one pod. */
function namesPerson({ checks, subject }: { checks: string[]; subject: { user?: string | undefined; pod?: string | undefined } }, context: z.RefinementCtx): void {
  const personal = checks.find(isPersonal);
  if (personal === undefined) return;
  for (const member of ['user', 'pod'] as const) {
    if (subject[member] !== undefined) continue;
    context.addIssue({ code: 'custom', path: ['subject'], message: `names no ${member}`, params: { expected: `${member}: ${personal} is granted to one person, for one pod` } });
  }
}
