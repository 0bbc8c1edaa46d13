import type { Scheme } from '../terms/authority.ts';
import type { ToolProtocol } from '../terms/permit.ts';
import { DEFAULT_PORTS } from '../address/authority-text.ts';
import type { Tool } from './model.ts';

/** What a tool may be; exactly one of these stands in it. */
export const PROTOCOLS = ['http', 'llm', 'mcp', 'grpc', 'tcp'] as const satisfies readonly ToolProtocol[];

/** Where and how a tool is called, whatever its protocol. */
export interface Endpoint {
  readonly protocol: ToolProtocol;
  readonly scheme: Scheme;
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
  readonly addresses: readonly string[];
  /** The only path that is called. */
  readonly path?: string;
  /** Bytes pass unread. */
  readonly opaque: boolean;
  readonly websocket: boolean;
}

export function endpointOf({ http, llm, mcp, grpc, tcp }: Tool): Endpoint {
  if (llm !== undefined) return { ...served('llm', llm.tls === 'off' ? 'http' : 'https', llm), opaque: false };
  if (grpc !== undefined) return { ...served('grpc', 'https', grpc), opaque: false };
  if (tcp !== undefined) return { ...served('tcp', 'tcp', tcp), opaque: true };
  if (mcp !== undefined) return mcpEndpoint(mcp);
  if (http === undefined) throw new Error('a tool without a protocol');
  return { ...served('http', http.tls === 'off' ? 'http' : 'https', http), opaque: http.tls === 'tunnel', websocket: http.websocket === true };
}

/** The protocols that stand in a tool that is not yet known to have exactly one. */
export function protocolsOf(tool: unknown): readonly ToolProtocol[] {
  return typeof tool === 'object' && tool !== null ? PROTOCOLS.filter((protocol) => Object.hasOwn(tool, protocol)) : [];
}

/** `https://mcp.example.com/mcp` in its parts; undefined for what is no such URL. Not the platform's reading, which would tidy up what is written. */
export function urlParts(text: string): { readonly scheme: 'https' | 'http'; readonly host: string; readonly port: number; readonly path: string } | undefined {
  const [, scheme, host, port, path = ''] = /^(https?):\/\/(\[[0-9a-f:.]+\]|[^/:?#[\]@]+)(?::(\d{1,5}))?(\/[^?#]*)?$/.exec(text) ?? [];
  if ((scheme !== 'https' && scheme !== 'http') || host === undefined) return undefined;
  return { scheme, host, port: port === undefined ? DEFAULT_PORTS[scheme] : Number(port), path: path === '' ? '/' : path };
}

interface Listed {
  readonly hosts: readonly string[];
  readonly ports?: readonly number[] | undefined;
  readonly addresses?: readonly string[] | undefined;
}

function served(protocol: ToolProtocol, scheme: Scheme, { hosts, ports, addresses = [] }: Listed): Omit<Endpoint, 'opaque'> {
  return { protocol, scheme, hosts, ports: ports ?? [DEFAULT_PORTS[scheme]], addresses, websocket: false };
}

function mcpEndpoint({ url, addresses = [] }: NonNullable<Tool['mcp']>): Endpoint {
  const { scheme, host, port, path } = urlParts(url) ?? { scheme: 'https' as const, host: '', port: 0, path: '/' };
  return { protocol: 'mcp', scheme, hosts: host === '' ? [] : [host], ports: [port], addresses, path, opaque: false, websocket: false };
}
