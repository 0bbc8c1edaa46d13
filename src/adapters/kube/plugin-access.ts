import { createRequire } from 'node:module';
import type * as ClientNode from '@kubernetes/client-node';
import type { Access } from './access.ts';
import { shareDispatcher } from './dispatcher.ts';

/**
 * Access by way of client-node, which knows every plugin that gives out credentials. Loaded only where one is named: with its generated
 * types it takes 50 MiB, for as long as the process runs.
 *
 * Gives back the current context where that names no cluster. Throws the file system's error, and YAML's.
 */
export function pluginAccess(file: string): Access | { readonly context: string } {
  const { HttpMethod, KubeConfig, RequestContext } = createRequire(import.meta.url)('@kubernetes/client-node') as typeof ClientNode;
  const config = new KubeConfig();
  config.loadFromFile(file);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) return { context: config.currentContext };
  const close = shareDispatcher(config);
  return {
    server,
    async prepare() {
      const context = new RequestContext(server, HttpMethod.GET);
      await config.applySecurityAuthentication(context);
      const dispatcher = context.getDispatcher();
      if (dispatcher === undefined) throw new Error('expected client-node to make a connection, got none');
      return { dispatcher, headers: Object.fromEntries(Object.entries(context.getHeaders()).map(([name, value]) => [name, value.trim()])) };
    },
    close,
  };
}
