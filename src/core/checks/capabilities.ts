import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import type { ContainerAt } from './view.ts';

/**
 * No container holds a Linux capability: NET_ADMIN could lift the capture, NET_RAW could speak around it.
 *
 *   field                                            allowed
 *   containers[*].securityContext.capabilities.drop  a list with ALL
 *   containers[*].securityContext.capabilities.add   absent, empty (NET_BIND_SERVICE is not allowed either)
 *
 * Stricter than the standard in every version, by NET_BIND_SERVICE. The standard, which has not changed in this since v1.28, spares
 * pods of Windows; none get this far. Source: Pod Security Standards, "Capabilities".
 */
export const capabilities: Check = {
  id: 'capabilities',
  title: 'All capabilities are dropped and none is added',
  essential: true,
  review: ({ containers }) => containers.flatMap((one) => [...kept(one), ...added(one)]),
};

function kept({ container, field, title }: ContainerAt): Finding[] {
  if (container.securityContext?.capabilities?.drop?.includes('ALL')) return [];
  return [{
    reason: 'capabilities-kept',
    field: `${field}.securityContext.capabilities.drop`,
    message: `${title} keeps the container runtime's default capabilities`,
    fix: 'set capabilities: {drop: [ALL]}',
  }];
}

function added({ container, field, title }: ContainerAt): Finding[] {
  const names = container.securityContext?.capabilities?.add ?? [];
  if (names.length === 0) return [];
  return [{
    reason: 'capabilities-added',
    field: `${field}.securityContext.capabilities.add`,
    message: `${title} adds ${names.slice(0, 5).map(quoted).join(', ')}`,
    fix: 'remove add; listen on a port above 1023 rather than adding NET_BIND_SERVICE',
  }];
}
