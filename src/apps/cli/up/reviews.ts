import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import jsonPatch from 'fast-json-patch';
import { parse } from 'yaml';

/** A pod as it stands in a manifest; the webhook reads it, the tour only carries it. */
interface Manifest {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly initContainers?: readonly { readonly name: string }[] };
}

export interface PodReview {
  readonly name: string;
  readonly allowed: boolean;
  /** Names of the init containers that the webhook put in. */
  readonly injected: readonly string[];
  /** `field: what is wrong`, one a fault. */
  readonly causes: readonly { readonly field: string; readonly message: string }[];
}

interface Answer {
  readonly response: {
    readonly allowed: boolean;
    readonly patch?: string;
    readonly status?: { readonly message?: string; readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] } };
  };
}

export interface Webhook {
  readonly port: number;
  /** PEM of the CA that signed its certificate. */
  readonly ca: string;
}

/** Sends the pod in `file` the way the API server would: to `/mutate`, and what came out of that to `/validate`. */
export async function reviewPod(webhook: Webhook, file: string): Promise<PodReview> {
  const pod = parse(readFileSync(file, 'utf8')) as Manifest;
  const mutated = await ask(webhook, '/mutate', pod);
  const patched = mutated.response.patch === undefined ? pod : applied(pod, mutated.response.patch);
  const { response } = await ask(webhook, '/validate', patched);
  const before = new Set((pod.spec.initContainers ?? []).map((container) => container.name));
  return {
    name: pod.metadata.name,
    allowed: mutated.response.allowed && response.allowed,
    injected: (patched.spec.initContainers ?? []).map((container) => container.name).filter((name) => !before.has(name)),
    causes: response.status?.details?.causes ?? [],
  };
}

function applied(pod: Manifest, patch: string): Manifest {
  const operations = JSON.parse(Buffer.from(patch, 'base64').toString('utf8')) as jsonPatch.Operation[];
  return jsonPatch.applyPatch(structuredClone(pod), operations).newDocument;
}

function ask(webhook: Webhook, path: string, pod: Manifest): Promise<Answer> {
  const body = JSON.stringify(admissionReview(pod));
  const options = { host: '127.0.0.1', port: webhook.port, path, method: 'POST', ca: webhook.ca, timeout: 10_000, headers: { 'content-type': 'application/json' } };
  return new Promise((resolve, reject) => {
    const call = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => { text += part; });
      response.on('end', () => (response.statusCode === 200 ? resolve(JSON.parse(text) as Answer) : reject(new Error(`the webhook answered ${response.statusCode}: ${text}`))));
    });
    call.on('error', reject).on('timeout', () => call.destroy(new Error('the webhook did not answer within 10 s')));
    call.end(body);
  });
}

/** Shape: admission.k8s.io/v1 AdmissionReview, as the API server sends it for a pod that is being created. */
function admissionReview(pod: Manifest): object {
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const resource = { group: '', version: 'v1', resource: 'pods' };
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: crypto.randomUUID(),
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: pod.metadata.name,
      namespace: pod.metadata.namespace,
      operation: 'CREATE',
      userInfo: { username: 'tour', groups: ['system:authenticated'] },
      object: pod,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
}
