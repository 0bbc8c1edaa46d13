import { SYNTHETIC_RANGE } from '../../../core/terms/fixed-names.ts';
import { checkSettings, type CaptureSettings } from './settings.ts';

/** One rule; its name is its comment in the kernel, by which it is found again. */
interface Rule {
  readonly name: string;
  readonly text: string;
}

export interface Chain {
  readonly name: string;
  readonly type: 'nat' | 'filter';
  readonly hook: 'output' | 'input';
  /** `-100` is where destinations are rewritten, `0` where packets are filtered (nft(8), "base chain priorities"). */
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
  readonly rules: readonly Rule[];
}

export const TABLE = 'sallyport';

/**
 * What capture asks of the kernel, as data: three chains whose first matching rule decides.
 *
 * Every value in the texts is a number that was checked, so nothing that a user wrote is ever spliced into a rule.
 * Throws `InputFault` `usage`.
 */
export function captureChains(settings: CaptureSettings): readonly Chain[] {
  checkSettings(settings);
  return [divert(settings), confine(settings), shield(settings)];
}

/** The chains as input of `nft -f`: in one transaction the table is made new, whatever was there before. */
export function rulesetText(chains: readonly Chain[]): string {
  return [
    `table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...chains.flatMap(chainText),
    '}',
    '',
  ].join('\n');
}

/** Rewrites only destinations that mean the proxy anyway; the synthetic address stays, for it says which name was meant. */
function divert({ proxyUid, dnsPort, captured }: CaptureSettings): Chain {
  return {
    name: 'divert',
    type: 'nat',
    hook: 'output',
    priority: -100,
    policy: 'accept',
    rules: [
      { name: 'proxy', text: `meta skuid ${proxyUid} accept` },
      { name: 'dns over udp', text: `ip daddr 127.0.0.0/8 udp dport 53 redirect to :${dnsPort}` },
      { name: 'dns over tcp', text: `ip daddr 127.0.0.0/8 tcp dport 53 redirect to :${dnsPort}` },
      ...captured.map(({ port, listener }) => ({ name: `captured ${port}`, text: `ip daddr ${SYNTHETIC_RANGE.text} tcp dport ${port} dnat ip to ip daddr : ${listener}` })),
    ],
  };
}

/**
 * What may leave a socket that is not the proxy's. `replies` are those to connections from outside, and carry nothing out that
 * nobody asked for; a rejected IPv6 packet is reported to its sender by a packet that must pass too.
 */
function confine({ proxyUid }: CaptureSettings): Chain {
  return {
    name: 'confine',
    type: 'filter',
    hook: 'output',
    priority: 0,
    policy: 'drop',
    rules: [
      { name: 'proxy', text: `meta skuid ${proxyUid} accept` },
      { name: 'loopback', text: 'oif "lo" ip daddr 127.0.0.0/8 accept' },
      { name: 'loopback over ipv6', text: 'oif "lo" ip6 daddr ::1 accept' },
      { name: 'captured', text: `oif "lo" ip daddr ${SYNTHETIC_RANGE.text} ct status dnat accept` },
      { name: 'replies', text: 'ct direction reply ct state established,related accept' },
      { name: 'rejections over ipv6', text: 'oif "lo" icmpv6 type destination-unreachable accept' },
      { name: 'rest', text: 'counter reject with icmpx type admin-prohibited' },
    ],
  };
}

/** The captured listeners answer on every address, as synthetic ones are only known there: nobody outside may reach them. */
function shield({ explicitPort, dnsPort, captured }: CaptureSettings): Chain {
  const listeners = [explicitPort, dnsPort, ...captured.map((one) => one.listener)].sort((a, b) => a - b);
  return {
    name: 'shield',
    type: 'filter',
    hook: 'input',
    priority: 0,
    policy: 'accept',
    rules: [
      { name: 'own', text: 'iif "lo" accept' },
      { name: 'synthetic from outside', text: `ip daddr ${SYNTHETIC_RANGE.text} drop` },
      { name: 'proxy from outside', text: `tcp dport { ${listeners.join(', ')} } drop` },
      { name: 'dns from outside', text: `udp dport ${dnsPort} drop` },
    ],
  };
}

function chainText({ name, type, hook, priority, policy, rules }: Chain): string[] {
  return [
    `  chain ${name} {`,
    `    type ${type} hook ${hook} priority ${priority}; policy ${policy};`,
    ...rules.map((rule) => `    ${rule.text} comment "${rule.name}"`),
    '  }',
  ];
}
