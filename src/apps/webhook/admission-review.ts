import type { AdmissionRequest } from '../../core/admission/request.ts';
import { ReviewFault } from './fault.ts';
import { readStrictJson } from './strict-json.ts';

const API_VERSION = 'admission.k8s.io/v1';
const OPERATIONS: ReadonlySet<string> = new Set(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']);

/**
 * Reads the body of one webhook call: an `AdmissionReview` of admission.k8s.io/v1 with a request in it. Of the objects under review
 * only that they are objects is checked here.
 *
 * Throws `ReviewFault`.
 */
export function readAdmissionReview(bytes: Uint8Array): AdmissionRequest {
  const review = objectAt(readStrictJson(bytes), 'the body');
  if (review['apiVersion'] !== API_VERSION || review['kind'] !== 'AdmissionReview') {
    throw new ReviewFault('not-a-review', `expected apiVersion ${API_VERSION} and kind AdmissionReview, got ${show(review['apiVersion'])} and ${show(review['kind'])}`);
  }
  const request = objectAt(review['request'], 'request');
  const kind = objectAt(request['kind'], 'request.kind');
  const resource = objectAt(request['resource'], 'request.resource');
  return {
    uid: textAt(request['uid'], 'request.uid'),
    kind: { group: optionalText(kind['group'], 'request.kind.group') ?? '', version: textAt(kind['version'], 'request.kind.version'), kind: textAt(kind['kind'], 'request.kind.kind') },
    resource: {
      group: optionalText(resource['group'], 'request.resource.group') ?? '',
      version: textAt(resource['version'], 'request.resource.version'),
      resource: textAt(resource['resource'], 'request.resource.resource'),
    },
    operation: operationAt(request['operation']),
    ...present('subResource', optionalText(request['subResource'], 'request.subResource')),
    ...present('namespace', optionalText(request['namespace'], 'request.namespace')),
    ...present('name', optionalText(request['name'], 'request.name')),
    ...present('userInfo', userAt(request['userInfo'])),
    ...present('dryRun', optionalFlag(request['dryRun'], 'request.dryRun')),
    ...present('object', optionalObject(request['object'], 'request.object')),
    ...present('oldObject', optionalObject(request['oldObject'], 'request.oldObject')),
    ...present('options', optionalObject(request['options'], 'request.options')),
  };
}

type Members = Readonly<Record<string, unknown>>;

function objectAt(value: unknown, field: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw expected('an object', field, value);
  return value as Members;
}

/** The API server sends `null` for an object that an operation has not. */
function optionalObject(value: unknown, field: string): Members | undefined {
  return value === undefined || value === null ? undefined : objectAt(value, field);
}

function textAt(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '' || value.length > 4096) throw expected('a string of 1 to 4096 characters', field, value);
  return value;
}

function optionalText(value: unknown, field: string): string | undefined {
  return value === undefined || value === '' ? undefined : textAt(value, field);
}

function optionalFlag(value: unknown, field: string): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') throw expected('true or false', field, value);
  return value;
}

function operationAt(value: unknown): AdmissionRequest['operation'] {
  if (!isOperation(value)) throw expected('CREATE, UPDATE, DELETE or CONNECT', 'request.operation', value);
  return value;
}

function isOperation(value: unknown): value is AdmissionRequest['operation'] {
  return typeof value === 'string' && OPERATIONS.has(value);
}

function userAt(value: unknown): AdmissionRequest['userInfo'] {
  if (value === undefined) return undefined;
  const user = objectAt(value, 'request.userInfo');
  const groups = user['groups'] ?? [];
  if (!Array.isArray(groups)) throw expected('a list', 'request.userInfo.groups', groups);
  return {
    ...present('username', optionalText(user['username'], 'request.userInfo.username')),
    groups: groups.map((group, index) => textAt(group, `request.userInfo.groups[${index}]`)),
  };
}

function present<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: V };
}

function expected(what: string, field: string, got: unknown): ReviewFault {
  return new ReviewFault('not-a-review', `expected ${what} in ${field}, got ${show(got)}`);
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
