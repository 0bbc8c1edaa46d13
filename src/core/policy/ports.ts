import { DEFAULT_PORTS } from '../address/authority-text.ts';
import type { HttpTool } from './model.ts';

/** The ports of a tool that lists none. */
export function defaultPorts(tls: HttpTool['tls']): readonly number[] {
  return [DEFAULT_PORTS[tls === 'off' ? 'http' : 'https']];
}
