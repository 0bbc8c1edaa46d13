export interface ImageReference {
  /** Host and, where it is not the scheme's, port; in lower case, `docker.io` where none is named. */
  readonly registry: string;
  /** Path below the registry, such as `library/busybox`. */
  readonly repository: string;
  readonly tag?: string;
  /** Such as `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

const DEFAULT_REGISTRY = 'docker.io';
const LONGEST_REPOSITORY = 255;

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
/** An image's id, which container runtimes do not take for a name. */
const IMAGE_ID = /^[0-9a-f]{64}$/;

/**
 * Reads the name of an image as container runtimes do, with Docker's defaults filled in: `busybox` is `docker.io/library/busybox`.
 * Undefined where it is none.
 *
 * Source: github.com/distribution/reference, grammar and `ParseNormalizedNamed`.
 */
export function parseImage(text: string): ImageReference | undefined {
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest)) || IMAGE_ID.test(named)) return undefined;
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  const place = locate(tagged ? named.slice(0, colon) : named);
  return place && { ...place, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** The first step of a path is a host only if nothing else could look like it. */
function locate(name: string): Pick<ImageReference, 'registry' | 'repository'> | undefined {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase();
  const host = isHost ? first.toLowerCase() : DEFAULT_REGISTRY;
  const registry = host === 'index.docker.io' ? DEFAULT_REGISTRY : host;
  const path = isHost ? name.slice(slash + 1) : name;
  const repository = registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path;
  return repository.length <= LONGEST_REPOSITORY && HOST.test(registry) && REPOSITORY.test(repository) ? { registry, repository } : undefined;
}
