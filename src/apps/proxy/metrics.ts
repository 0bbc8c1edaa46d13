import type { ReasonCode } from '../../core/terms/reason.ts';

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

export type VerdictLabel = 'permit' | 'deny' | 'hold';
export type EndLabel = 'completed' | 'failed' | 'cut';

/** What the proxy counts. Fields are plain numbers that the hot path adds to; `text` shapes them once per scrape. */
export class Metrics {
  readonly #verdicts = new Map<string, number>();
  readonly #ends = new Map<EndLabel, number>();
  readonly #buckets = BUCKETS.map(() => 0);
  #durations = 0;
  #durationSum = 0;

  agentConnections = 0;
  agentConnectionsTotal = 0;
  upstreamConnections = 0;
  upstreamConnectionsTotal = 0;
  upstreamReused = 0;
  requestBytes = 0;
  responseBytes = 0;
  handshakesFailed = 0;
  connectionsTurnedAway = 0;
  recordsFailed = 0;
  rejectedPackets = 0;
  policyReloads = 0;
  policyFaults = 0;

  judged(verdict: VerdictLabel, reason: ReasonCode): void {
    add(this.#verdicts, `verdict="${verdict}",reason="${reason}"`);
  }

  ended(end: EndLabel, milliseconds: number): void {
    add(this.#ends, end);
    const seconds = milliseconds / 1000;
    this.#durations += 1;
    this.#durationSum += seconds;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** Prometheus text format 0.0.4. */
  text(state: { readonly ready: boolean; readonly generation?: number }): string {
    return [
      ...family('sallyport_calls_total', 'counter', 'Calls judged, by verdict and reason.', [...this.#verdicts].map(([labels, count]) => [labels, count])),
      ...family('sallyport_calls_ended_total', 'counter', 'Permitted calls that ended, by how.', [...this.#ends].map(([end, count]) => [`result="${end}"`, count])),
      ...this.#histogram(),
      ...this.#scalars(),
      ...family('sallyport_ready', 'gauge', 'Whether /readyz answers 200.', [['', state.ready ? 1 : 0]]),
      ...family('sallyport_policy_generation', 'gauge', 'Generation of the snapshot in force; 0 without one.', [['', state.generation ?? 0]]),
      '',
    ].join('\n');
  }

  #histogram(): string[] {
    const name = 'sallyport_call_duration_seconds';
    let cumulative = 0;
    const buckets = BUCKETS.map((bound, index) => {
      cumulative += this.#buckets[index] ?? 0;
      return `${name}_bucket{le="${bound}"} ${cumulative}`;
    });
    return [
      ...family(name, 'histogram', 'From the end of a request head to the end of its answer.', []),
      ...buckets, `${name}_bucket{le="+Inf"} ${this.#durations}`, `${name}_sum ${this.#durationSum}`, `${name}_count ${this.#durations}`,
    ];
  }

  #scalars(): string[] {
    return [
      ...family('sallyport_connections', 'gauge', 'Open connections.', [['side="agent"', this.agentConnections], ['side="upstream"', this.upstreamConnections]]),
      ...family('sallyport_connections_total', 'counter', 'Connections ever opened.', [['side="agent"', this.agentConnectionsTotal], ['side="upstream"', this.upstreamConnectionsTotal]]),
      ...family('sallyport_upstream_reused_total', 'counter', 'Calls that found an open upstream connection.', [['', this.upstreamReused]]),
      ...family('sallyport_body_bytes_total', 'counter', 'Body bytes passed on.', [['direction="request"', this.requestBytes], ['direction="response"', this.responseBytes]]),
      ...family('sallyport_handshakes_failed_total', 'counter', 'TLS handshakes with the agent that failed.', [['', this.handshakesFailed]]),
      ...family('sallyport_connections_turned_away_total', 'counter', 'Connections closed unread, for their number or their origin.', [['', this.connectionsTurnedAway]]),
      ...family('sallyport_records_failed_total', 'counter', 'Records that could not be written; each refused a call or lost an outcome.', [['', this.recordsFailed]]),
      ...family('sallyport_rejected_packets_total', 'counter', 'Packets of the agent that capture rejected.', [['', this.rejectedPackets]]),
      ...family('sallyport_policy_reloads_total', 'counter', 'Policy changes, by whether they took force.', [['result="applied"', this.policyReloads], ['result="refused"', this.policyFaults]]),
    ];
  }
}

function family(name: string, type: string, help: string, samples: readonly (readonly [labels: string, value: number])[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`)];
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
