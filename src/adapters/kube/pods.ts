import type { Pod } from '../../core/checks/pod.ts';
import { readPod } from '../../core/checks/read-pod.ts';
import { type Fact, known, unknown } from '../../core/terms/fact.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { pages } from './list.ts';
import { told, toldOne } from './told.ts';

/** In milliseconds: for one pod, and for a page of them. */
const LONGEST_READ = 2_000;
const LONGEST_PAGE = 10_000;

/** Of pods of 20 KB, 2 MB: few enough that a scan of thousands stays small. */
const PAGE = '100';

/** The pod of that name as the API server has it now; undefined where there is none. */
export async function livePod(client: KubeClient, namespace: string, name: string, signal: AbortSignal): Promise<Fact<Pod | undefined>> {
  const found = await toldOne(`Pod ${namespace}/${name} is not known`, () => client.get(`${collection(namespace)}/${encodeURIComponent(name)}`, { signal, timeout: LONGEST_READ }));
  if (!found.known) return found;
  return found.value === undefined ? known(undefined) : podOf(found.value);
}

/** The pods of a namespace as the API server has them now, a hundred at a time, undefined where one cannot be read; the first page that is unknown is the last. */
export async function* podsOf(client: KubeClient, namespace: string, signal: AbortSignal): AsyncIterable<Fact<readonly (Pod | undefined)[]>> {
  const list = pages(client, collection(namespace), { signal, timeout: LONGEST_PAGE, query: { limit: PAGE } })[Symbol.asyncIterator]();
  for (;;) {
    const page = await told(`The pods of namespace ${namespace} are not known`, () => list.next());
    if (page.known && page.value.done === true) return;
    if (!page.known) {
      yield page;
      return;
    }
    yield known(page.value.value.items.map(readable));
  }
}

function readable(object: KubeObject): Pod | undefined {
  const read = readPod(object);
  return read.ok ? read.pod : undefined;
}

function podOf(object: KubeObject): Fact<Pod> {
  const read = readPod(object);
  if (read.ok) return known(read.pod);
  const { namespace = '', name } = object.metadata;
  return unknown(`Pod ${namespace}/${name} is not one as this version of Sallyport knows them: ${read.findings.map(({ field, message }) => `${field}: ${message}`).join('; ')}.`);
}

function collection(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}
