import { createHash } from 'node:crypto';
import type https from 'node:https';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { WIRE } from './access.ts';

type AgentOptions = https.AgentOptions;
type MakeDispatcher = (cluster: Cluster | null, options: AgentOptions) => Dispatcher | undefined;

/** What client-node hands to undici itself; the two declarations differ only in whether `undefined` may be spelt out. */
type TlsOptions = buildConnector.BuildOptions;

/**
 * Makes every request of `config` use one dispatcher, as long as its certificates stay the same; client-node by itself makes
 * a new one, and with it a new TLS connection, for each request. A rotated CA or client certificate gets a new dispatcher, and
 * the old one ends when its last request has.
 *
 * Returns what closes the current dispatcher for good.
 */
export function shareDispatcher(config: KubeConfig): () => Promise<void> {
  const original: MakeDispatcher = Reflect.get(config, 'createDispatcher').bind(config);
  let current: { key: string; dispatcher: Dispatcher | undefined } | undefined;

  const shared: MakeDispatcher = (cluster, options) => {
    const key = fingerprint(cluster, options);
    if (current?.key !== key) {
      void current?.dispatcher?.close();
      current = { key, dispatcher: make(config, original, cluster, options) };
    }
    return current.dispatcher;
  };
  // The method is private to TypeScript only; it is the one place where client-node decides on a connection.
  Object.defineProperty(config, 'createDispatcher', { value: shared });
  return async () => {
    await current?.dispatcher?.destroy();
    current = undefined;
  };
}

function make(config: KubeConfig, original: MakeDispatcher, cluster: Cluster | null, options: AgentOptions): Dispatcher | undefined {
  const plan = config.createDispatcherOptions(cluster, options);
  switch (plan.type) {
    case 'agent':
      return new Agent({ ...WIRE, connect: plan.connect as TlsOptions });
    case 'none':
      return new Agent(WIRE);
    case 'proxy':
      return new ProxyAgent({ ...WIRE, uri: plan.uri, requestTls: plan.requestTls as TlsOptions, connect: plan.connect as TlsOptions });
    case 'socks':
      return original(cluster, options);
  }
}

function fingerprint(cluster: Cluster | null, options: AgentOptions): string {
  const hash = createHash('sha256').update(JSON.stringify([cluster?.server, cluster?.proxyUrl, options.servername, options.rejectUnauthorized]));
  for (const part of [options.ca, options.cert, options.key, options.pfx]) {
    hash.update('|').update(String(part));
  }
  return hash.digest('hex');
}
