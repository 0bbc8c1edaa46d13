import type { KubeClient, KubeObject, RequestOptions } from '../../src/adapters/kube/client.ts';
import { KubeFault } from '../../src/adapters/kube/fault.ts';

/** As much of an API server as objects kept by name need: versions, conflicts, and a watch that brings nothing by itself. */
export class KubeStore {
  readonly objects = new Map<string, KubeObject>();
  /** `METHOD path` of every request but watches. */
  readonly requests: string[] = [];
  /** Called before each write, to let somebody else be quicker. */
  beforeWrite: (path: string) => void = () => undefined;
  #version = 1;

  readonly client: KubeClient = {
    server: 'https://kubernetes.example',
    get: async <T>(path: string, options?: RequestOptions) => this.#get(path, options) as T,
    create: async <T>(path: string, body: unknown) => this.#create(path, body as KubeObject) as T,
    replace: async <T>(path: string, body: unknown) => this.#replace(path, body as KubeObject) as T,
    patch: async <T>(path: string, _type: string, body: unknown) => this.put(path, body as KubeObject) as T,
    delete: async (path) => {
      this.objects.delete(path);
    },
    stream: async (_path, { signal }) => silence(signal),
    close: async () => undefined,
  };

  put(path: string, object: KubeObject): KubeObject {
    this.requests.push(`PUT ${path}`);
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String((this.#version += 1)) } };
    this.objects.set(path, stored);
    return stored;
  }

  #get(path: string, options?: RequestOptions): unknown {
    if (options?.query?.['limit'] !== undefined) {
      return { metadata: { resourceVersion: '1' }, items: [...this.objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, object]) => object) };
    }
    this.requests.push(`GET ${path}`);
    const found = this.objects.get(path);
    if (found === undefined) throw new KubeFault('not-found', `GET ${path}: not found`, { status: 404 });
    return found;
  }

  #create(path: string, body: KubeObject): KubeObject {
    this.beforeWrite(path);
    const key = `${path}/${body.metadata.name}`;
    if (this.objects.has(key)) throw new KubeFault('conflict', `POST ${path}: already exists`, { status: 409 });
    return this.put(key, body);
  }

  #replace(path: string, body: KubeObject): KubeObject {
    this.beforeWrite(path);
    if (this.objects.get(path)?.metadata.resourceVersion !== body.metadata.resourceVersion) throw new KubeFault('conflict', `PUT ${path}: changed`, { status: 409 });
    return this.put(path, body);
  }
}

async function* silence(signal: AbortSignal): AsyncIterable<Uint8Array> {
  yield Buffer.from('');
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
