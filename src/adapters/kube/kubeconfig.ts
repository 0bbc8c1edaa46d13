import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { isObject } from '../../core/terms/is-object.ts';
import type { Credentials, Source } from './access.ts';

/** Where a kubelet puts a pod's own credentials. */
const OWN = '/var/run/secrets/kubernetes.io/serviceaccount';

type Members = Readonly<Record<string, unknown>>;

/** The credentials of the pod that this process runs in. */
export function ownCredentials(host: string, port: string): Credentials {
  const name = host.includes(':') ? `[${host}]` : host;
  return { server: `https://${name}:${port}`, ca: { file: `${OWN}/ca.crt` }, token: { file: `${OWN}/token` } };
}

/**
 * What the current context of a kubeconfig says of cluster and user, where that is all there is to it: undefined where somebody has to be
 * asked for credentials (an `exec` plugin, an auth provider), or the way there is another one (a proxy), or the file cannot be made out.
 *
 * Throws the file system's error, and YAML's.
 */
export function plainCredentials(file: string): Credentials | undefined {
  const config: unknown = parse(readFileSync(file, 'utf8'));
  const context = named(config, 'contexts', at(config, 'current-context'), 'context');
  const cluster = named(config, 'clusters', at(context, 'cluster'), 'cluster');
  const user = named(config, 'users', at(context, 'user'), 'user');
  const server = at(cluster, 'server');
  if (typeof server !== 'string' || !server.startsWith('https://') || !holdsOnly(cluster, CLUSTER) || !holdsOnly(user, USER)) return undefined;
  const folder = dirname(file);
  const serverName = at(cluster, 'tls-server-name');
  return {
    server,
    ...source('ca', certificate(cluster, 'certificate-authority', folder)),
    ...source('cert', certificate(user, 'client-certificate', folder)),
    ...source('key', certificate(user, 'client-key', folder)),
    ...source('token', token(user, folder)),
    ...(typeof serverName === 'string' && { serverName }),
    ...(at(cluster, 'insecure-skip-tls-verify') === true && { insecure: true }),
  };
}

const CLUSTER: ReadonlySet<string> = new Set(['server', 'certificate-authority', 'certificate-authority-data', 'tls-server-name', 'insecure-skip-tls-verify', 'extensions']);
const USER: ReadonlySet<string> = new Set(['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data', 'token', 'tokenFile', 'extensions']);

function holdsOnly(members: Members | undefined, known: ReadonlySet<string>): members is Members {
  return members !== undefined && Object.keys(members).every((name) => known.has(name));
}

function named(config: unknown, list: string, name: unknown, member: string): Members | undefined {
  const entries = at(config, list);
  const found: unknown = Array.isArray(entries) ? entries.find((entry) => at(entry, 'name') === name) : undefined;
  const value = at(found, member);
  return isObject(value) ? value : undefined;
}

function at(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function source<K extends string>(name: K, found: Source | undefined): { readonly [P in K]?: Source } {
  return (found === undefined ? {} : { [name]: found }) as { [P in K]?: Source };
}

/** What stands in the file itself goes before what it names, as in kubectl. */
function certificate(members: Members, name: string, folder: string): Source | undefined {
  const [data, file] = [at(members, `${name}-data`), at(members, name)];
  if (typeof data === 'string' && data !== '') return { text: Buffer.from(data, 'base64').toString() };
  return typeof file === 'string' && file !== '' ? { file: resolve(folder, file) } : undefined;
}

function token(user: Members, folder: string): Source | undefined {
  const [file, text] = [at(user, 'tokenFile'), at(user, 'token')];
  if (typeof file === 'string' && file !== '') return { file: resolve(folder, file) };
  return typeof text === 'string' && text !== '' ? { text } : undefined;
}
