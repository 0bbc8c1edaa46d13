import type { KubeClient, KubeObject, RequestOptions } from './client.ts';

/** One page of a collection; the last one's `version` is where a watch takes on. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly version: string;
}

interface List {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[];
}

/** A page of pods is half a megabyte of text, many times that once it is read, and what is once taken from the system is not given back. */
const PAGE = '50';

/** Lists a collection page by page, so that a long one needs the memory of one page. Throws `KubeFault`. */
export async function* pages(client: KubeClient, path: string, options: RequestOptions = {}): AsyncIterable<Page> {
  let next: string | undefined;
  do {
    const query = { limit: PAGE, ...options.query, ...(next === undefined ? {} : { continue: next }) };
    const { metadata, items = [] } = await client.get<List>(path, { ...options, query });
    next = metadata?.continue === '' ? undefined : metadata?.continue;
    yield { items, version: metadata?.resourceVersion ?? '' };
  } while (next !== undefined);
}

/** Lists a short collection whole. Throws `KubeFault`. */
export async function listAll(client: KubeClient, path: string, options: RequestOptions): Promise<KubeObject[]> {
  const items: KubeObject[] = [];
  for await (const page of pages(client, path, options)) items.push(...page.items);
  return items;
}
