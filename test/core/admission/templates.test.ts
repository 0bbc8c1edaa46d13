import { describe, expect, test } from 'vitest';
import type { AdmissionAnswer } from '../../../src/core/admission/answer.ts';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import type { ListedTemplate } from '../../../src/core/admission/resources.ts';
import { review } from '../../../src/core/admission/review.ts';
import { goodPod, podSecuredBy } from '../checks/pods.ts';
import { contextOf, creationOf, updateOf } from './requests.ts';

const CREW: ListedTemplate = { group: 'batch.example.com', version: 'v1', kind: 'Crew', resource: 'crews', path: 'spec.roles[*].template' };
const OF_A_CREW: Partial<AdmissionRequest> = { kind: { group: 'batch.example.com', version: 'v1', kind: 'Crew' }, resource: { group: 'batch.example.com', version: 'v1', resource: 'crews' } };
const context = contextOf('enforce', { templates: [CREW] });

const [good, bad] = [goodPod(), podSecuredBy({ privileged: true })].map(({ spec }) => ({ spec }));
const told = ({ allowed, faults }: AdmissionAnswer): string[] => [allowed ? 'allowed' : 'denied', ...faults.map(({ reason, field }) => `${reason} ${field}`.trim())];
const crew = (...templates: unknown[]): object => ({ spec: { roles: templates.map((template) => ({ template })) } });

describe('a kind that a profile lists', () => {
  test('gets a warning for each template of which the pods would be refused', () => {
    expect(told(review(creationOf(crew(good, bad, bad), OF_A_CREW), context))).toEqual([
      'allowed',
      'privileged spec.roles[1].template.spec.containers[0].securityContext.privileged',
      'privileged spec.roles[2].template.spec.containers[0].securityContext.privileged',
    ]);
  });

  test('is nobody\'s in a cluster in which no profile lists it', () => {
    expect(told(review(creationOf(crew(good), OF_A_CREW), contextOf()))).toEqual(['denied', 'unknown-kind']);
  });

  test('whose templates stay gets no warning', () => {
    const scaled = { ...crew(bad), replicas: 5 };
    expect(review(updateOf(crew(bad), scaled, OF_A_CREW), context).warnings).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['has no such member', { spec: {} }],
    ['has no list there', { spec: { roles: { template: good } } }],
    ['has an empty list', { spec: { roles: [] } }],
    ['leaves them out', { spec: { roles: [{}] } }],
    ['is empty', {}],
  ])('is said to hold no template where it %s, and passes', (_, object) => {
    expect(told(review(creationOf(object, OF_A_CREW), context))).toEqual(['allowed', 'template-missing spec.roles[*].template']);
  });

  test('whose template no pod can be made of passes with the reason: its operator may fill it in', () => {
    expect(told(review(creationOf(crew({ spec: {} }), OF_A_CREW), context))).toEqual(['allowed', 'malformed spec.roles[0].template.spec.containers']);
  });

  test('with thousands of templates is reviewed as far as anybody reads', () => {
    const answer = review(creationOf(crew(...Array.from({ length: 5_000 }, () => bad)), OF_A_CREW), context);
    expect(answer.allowed).toBe(true);
    expect(answer.faults).toHaveLength(51);
    expect(answer.faults.at(-1)).toMatchObject({ reason: 'more-templates', field: 'spec.roles[*].template' });
  });
});

const job = (head: unknown, ...workers: unknown[]): object => ({ spec: { head: { template: head }, workers: workers.map((template) => ({ template })) } });

describe('a kind with several templates', () => {
  const RAY = { group: 'ray.example.com', version: 'v1', kind: 'RayJob', resource: 'rayjobs' };
  const listed = ['spec.head.template', 'spec.workers[*].template'].map((path) => ({ ...RAY, path }));
  const judge = (object: object): string[] => told(review(creationOf(object, { kind: { group: RAY.group, version: RAY.version, kind: RAY.kind }, resource: { group: RAY.group, version: RAY.version, resource: RAY.resource } }), contextOf('enforce', { templates: listed })));

  test('is listed once for each, and all of them are reviewed', () => {
    expect(judge(job(good, good))).toEqual(['allowed']);
    expect(judge(job(bad, good, bad))).toEqual([
      'allowed',
      'privileged spec.head.template.spec.containers[0].securityContext.privileged',
      'privileged spec.workers[1].template.spec.containers[0].securityContext.privileged',
    ]);
    expect(judge({})).toEqual(['allowed', 'template-missing spec.head.template, spec.workers[*].template']);
  });
});

describe('agent sandboxes', () => {
  test.each([['agents.x-k8s.io', 'Sandbox'], ['extensions.agents.x-k8s.io', 'SandboxTemplate']])('%s %s keep their pod below spec.podTemplate', (group, kind) => {
    const answer = review(creationOf({ spec: { podTemplate: bad } }, { kind: { group, version: 'v1beta1', kind } }), contextOf());
    expect(told(answer)).toEqual(['allowed', 'privileged spec.podTemplate.spec.containers[0].securityContext.privileged']);
  });

  test('a template that calls itself an agent where no agents are taken is told so', () => {
    const podTemplate = { metadata: { labels: { 'sallyport.dev/agent': 'x' } }, ...good };
    const answer = review(creationOf({ spec: { podTemplate } }, { kind: { group: 'agents.x-k8s.io', version: 'v1beta1', kind: 'Sandbox' } }), contextOf('enforce', { namespaceLabels: { a: 'b' } }));
    expect(told(answer)).toEqual(['allowed', 'namespace-takes-no-agents spec.podTemplate.metadata.labels["sallyport.dev/agent"]']);
  });

  test('a core PodTemplate keeps its pod below template', () => {
    const answer = review(creationOf({ template: bad }, { kind: { group: '', version: 'v1', kind: 'PodTemplate' } }), contextOf());
    expect(told(answer)).toEqual(['allowed', 'privileged template.spec.containers[0].securityContext.privileged']);
  });
});

const pool = (spec: unknown): object => ({ spec });

describe('a pool of sandboxes', () => {
  const POOL: Partial<AdmissionRequest> = { kind: { group: 'extensions.agents.x-k8s.io', version: 'v1beta1', kind: 'SandboxWarmPool' } };

  test.each<[string, unknown]>([
    ['says nothing, which is OnReplenish', { replicas: 2 }],
    ['says OnReplenish', { updateStrategy: { type: 'OnReplenish' } }],
    ['says something else', { updateStrategy: { type: 'recreate' } }],
    ['has a strategy that is no object', { updateStrategy: 'Recreate' }],
    ['has no spec', undefined],
  ])('is refused where it %s', (_, spec) => {
    expect(told(review(creationOf(pool(spec), POOL), contextOf()))).toEqual(['denied', 'pool-keeps-old-pods spec.updateStrategy.type']);
  });

  test('passes where it replaces its pods with its template', () => {
    expect(told(review(creationOf(pool({ updateStrategy: { type: 'Recreate' } }), POOL), contextOf()))).toEqual(['allowed']);
  });

  test('passes with what it was, so that it can be scaled and deleted, and in namespaces that only warn', () => {
    expect(told(review(updateOf(pool({ replicas: 1 }), pool({ replicas: 5 }), POOL), contextOf()))).toEqual(['allowed']);
    expect(told(review(updateOf(pool({ sandboxTemplateRef: { name: 'a' } }), pool({ sandboxTemplateRef: { name: 'b' } }), POOL), contextOf()))[0]).toBe('denied');
    expect(told(review(updateOf(pool({ replicas: 1 }), { ...pool({ replicas: 1 }), metadata: {} }, POOL), contextOf()))).toEqual(['allowed']);
    expect(told(review(creationOf(pool({}), POOL), contextOf('warn')))).toEqual(['allowed', 'pool-keeps-old-pods spec.updateStrategy.type']);
  });
});
