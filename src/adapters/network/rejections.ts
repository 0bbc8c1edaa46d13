/**
 * Packets that this network namespace's kernel refused so far (ICMP and ICMPv6 destination-unreachable messages sent), which is
 * what capture's reject rules make of a packet. Readable without any right. Resolves to undefined where the kernel does not say.
 */
export type CountRejections = () => Promise<number | undefined>;
