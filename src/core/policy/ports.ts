import type { HttpTool } from './model.ts';

/** The ports of a tool that lists none. */
export function defaultPorts(tls: HttpTool['tls']): readonly number[] {
  return tls === 'off' ? [80] : [443];
}
