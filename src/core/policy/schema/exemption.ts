import { z } from 'zod';
import { API_VERSION, SYSTEM_NAMESPACE } from '../../terms/fixed-names.ts';
import { EXEMPTABLE_CHECKS, exemptFault, isPersonal, PERSONAL_CHECKS } from '../exemptable-checks.ts';
import { checked, label, list, shaped } from './fields.ts';
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
}).refine((value) => (value.pod === undefined) !== (value.workload === undefined), {
  error: ({ input }) => (targets(input) === 0 ? 'names neither a pod nor a workload' : 'names a pod and a workload'),
  params: { needs: TARGETS, expected: 'exactly one of pod and workload' },
  when: () => true,
}).meta({ description: 'Who is exempt. Every member has to fit, exactly: nothing here is a pattern.', oneOf: TARGETS.map((target) => ({ required: [target] })) });

const instant = shaped('A moment in UTC.', 30, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/, 'a moment in UTC such as 2030-01-31T12:00:00Z')
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: 'is no day of the calendar', params: { expected: 'a moment in UTC such as 2030-01-31T12:00:00Z' } });

/** The one source of what an Exemption may say: validation, the CRD and the reference page are made from it. */
export const exemption = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Exemption'),
  metadata: z.strictObject({ ...ignored, name: objectName('Name of the object.'), namespace: z.literal(SYSTEM_NAMESPACE), creationTimestamp: instant.nullish() })
    .transform(({ name, namespace, creationTimestamp }) => ({ name, namespace, ...(typeof creationTimestamp === 'string' && { creationTimestamp }) })),
  spec: z.strictObject({
    subject,
    checks: list(check, 100, 'Checks whose faults are let pass.').min(1),
    reason: z.string().min(1).max(1_000).meta({ description: 'Why, for whoever reads the audit log.' }),
    requestedBy: z.string().min(1).max(500).meta({ description: 'Who asked for it.' }),
    expires: instant.meta({ description: 'When it ends, in UTC: at most 30 days after it was created.' }),
  }).superRefine(namesPerson),
}).meta({ description: 'Lets named faults of one pod, or of the pods of one workload, pass gate one for a while.' });

function targets(subject: unknown): number {
  return typeof subject === 'object' && subject !== null ? TARGETS.filter((target) => Object.hasOwn(subject, target)).length : 0;
}

/** What a person does to a running pod is granted to a person. */
function namesPerson(spec: { checks: string[]; subject: { user?: string | undefined } }, context: z.RefinementCtx): void {
  const personal = spec.checks.find(isPersonal);
  if (personal === undefined || spec.subject.user !== undefined) return;
  context.addIssue({ code: 'custom', path: ['subject'], message: `names no user, and ${personal} is granted to a person`, params: { expected: 'user: the name by which the API server knows the person' } });
}
