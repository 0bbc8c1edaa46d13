import { HEALTH_PORT } from '../../../core/terms/fixed-names.ts';
import { InputFault } from '../../command-line/input-fault.ts';
import type { CapturedPort } from '../captured-port.ts';

export interface CaptureSettings {
  /** The one user whose packets may leave. */
  readonly proxyUid: number;
  /** The proxy's explicit listener. */
  readonly explicitPort: number;
  /** Where the proxy answers DNS. */
  readonly dnsPort: number;
  readonly captured: readonly CapturedPort[];
}

/**
 * Throws `InputFault` `usage` on settings that could not mean what they say: root as the proxy's user (everybody's
 * init containers run as root), no captured port, one port or listener twice.
 */
export function checkSettings({ proxyUid, explicitPort, dnsPort, captured }: CaptureSettings): void {
  if (!Number.isSafeInteger(proxyUid) || proxyUid < 1 || proxyUid > 0xffff_fffe) throw invalid('a numeric user that is not root', proxyUid);
  if (captured.length === 0) throw invalid('at least one captured port', 'none');
  const listeners = [explicitPort, dnsPort, HEALTH_PORT, ...captured.map((one) => one.listener)];
  for (const port of [...listeners, ...captured.map((one) => one.port)]) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid('a port from 1 to 65535', port);
  }
  if (new Set(listeners).size < listeners.length) throw invalid('a listener of its own for each captured port', listeners.join(', '));
  const ports = captured.map((one) => one.port);
  if (new Set(ports).size < ports.length) throw invalid('each captured port once', ports.join(', '));
}

function invalid(expected: string, got: unknown): InputFault {
  return new InputFault('usage', `expected ${expected}, got ${String(got)}`);
}
