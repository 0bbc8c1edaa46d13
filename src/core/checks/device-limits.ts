import type { ProfileSpec } from '../policy/profile.ts';
import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import { parseQuantity } from './quantity.ts';
import type { ContainerAt, PodView } from './view.ts';

/**
 * The agent has no devices but those that the profile gives it.
 *
 *   field                                            allowed
 *   containers[*].resources.limits["VENDOR/GPU"]     spec.limits.gpus of the profile, all kinds of accelerators and all containers together
 *   containers[*].resources.limits["VENDOR/OTHER"]   spec.limits.extended of the profile, all containers together; not listed: none
 *   containers[*].resources.limits.hugepages-SIZE    the same, and in spec.resources.limits
 *   spec.resourceClaims                              at most spec.limits.resourceClaims of the profile
 *
 * Init containers that end count where they ask for more than what runs later. Requests of such resources equal their limits; both count.
 */
export const deviceLimits: Check = {
  id: 'device-limits',
  title: 'Devices are limited',
  essential: false,
  review: (view, { profile }) => {
    const all = asked(view);
    return [...all.flatMap((one) => excess(one, profile.spec.limits)), ...gpus(all, profile.spec.limits), ...claims(view, profile.spec.limits)];
  },
};

/** What a pod asks for of one resource, in billionths; undefined where that is no amount. */
interface Asked {
  readonly name: string;
  readonly amount: bigint | undefined;
  /** Where it is asked for first. */
  readonly field: string;
}

const NANO = 1_000_000_000n;
/** As accelerators of NVIDIA, AMD, Intel, Google, AWS, Habana, Huawei and others are called. */
const ACCELERATOR = /(?:^|[./-])(?:v?gpus?|mig|tpu|npu|neuron|neuroncore|neurondevice|gaudi|ascend[a-z0-9]*)(?:$|[.:/_-])/i;

const isGpu = (name: string): boolean => name.includes('/') && ACCELERATOR.test(name);
const isDevice = (name: string): boolean => name.includes('/') || name.startsWith('hugepages-');

function asked(view: PodView): Asked[] {
  const places = [...view.containers.map(({ container, kind, field }) => ({ resources: container.resources, kind, field })), { resources: view.spec.resources, kind: 'pod' as const, field: 'spec' }];
  const found = new Map<string, { readonly field: string; alone: bigint; together: bigint; malformed: boolean }>();
  for (const { resources, kind, field } of places) {
    for (const [name, amount] of amounts(resources)) {
      const sum = found.get(name) ?? { field: `${field}.resources.limits[${quoted(name)}]`, alone: 0n, together: 0n, malformed: false };
      if (amount === undefined) sum.malformed = true;
      else if (kind === 'init container' || kind === 'pod') sum.alone = larger(sum.alone, amount);
      else sum.together += amount;
      found.set(name, sum);
    }
  }
  return [...found].map(([name, { field, alone, together, malformed }]) => ({ name, field, amount: malformed ? undefined : larger(alone, together) }));
}

/** Limits and requests of devices; of one that has both the larger. */
function amounts(resources: ContainerAt['container']['resources']): Map<string, bigint | undefined> {
  const found = new Map<string, bigint | undefined>();
  for (const [name, text] of [...Object.entries(resources?.limits ?? {}), ...Object.entries(resources?.requests ?? {})]) {
    if (!isDevice(name)) continue;
    const amount = parseQuantity(text);
    const other = found.get(name);
    found.set(name, amount === undefined || (found.has(name) && other === undefined) ? undefined : larger(amount, other ?? 0n));
  }
  return found;
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function excess({ name, amount, field }: Asked, { extended }: ProfileSpec['limits']): Finding[] {
  if (amount === undefined) return [{ reason: 'device-malformed', field, message: `the pod asks for an amount of ${quoted(name)} that is none`, fix: 'write a whole number' }];
  const most = extended.find((one) => one.name === name)?.most;
  if (amount === 0n || (most === undefined && isGpu(name)) || (most !== undefined && amount <= (parseQuantity(most) ?? 0n))) return [];
  return [{
    reason: 'device-limit',
    field,
    message: `the pod asks for more of ${quoted(name)} than the profile gives it`,
    fix: most === undefined ? 'remove it; the profile lists no such resource' : `ask for at most ${most} in all containers together`,
  }];
}

/** A kind of GPU that the profile lists by name is not counted here. */
function gpus(all: readonly Asked[], { gpus: most, extended }: ProfileSpec['limits']): Finding[] {
  const found = all.filter(({ name }) => isGpu(name) && !extended.some((one) => one.name === name));
  const sum = found.reduce((total, { amount }) => total + (amount ?? 0n), 0n);
  const [first] = found;
  if (first === undefined || sum <= BigInt(most) * NANO) return [];
  return [{ reason: 'gpu-limit', field: first.field, message: `the pod asks for more than ${most} GPUs of all kinds`, fix: most === 0 ? 'remove it; the profile gives no GPU' : `ask for at most ${most} in all containers together` }];
}

function claims({ spec }: PodView, { resourceClaims: most }: ProfileSpec['limits']): Finding[] {
  const count = (spec.resourceClaims ?? []).length;
  if (count <= most) return [];
  return [{ reason: 'resource-claim', field: `spec.resourceClaims[${most}]`, message: `the pod claims more than ${most} devices, whatever they may be`, fix: most === 0 ? 'remove resourceClaims; the profile gives no devices' : `claim at most ${most}` }];
}
