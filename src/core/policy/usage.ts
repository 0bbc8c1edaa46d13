import type { CallLimit, PermitFacts } from '../terms/permit.ts';
import { TokenBucket } from '../terms/token-bucket.ts';
import type { RunFacts } from './call-view.ts';
import { Untold } from './conditions/values.ts';

/** A call that would go over a limit. */
export interface LimitReached {
  readonly reason: 'limit-reached';
  readonly sentence: string;
  /** Seconds after which another try may pass; absent: once another call is over. */
  readonly retryAfter?: number;
}

/** What a call holds while it goes on; released once. */
export interface CallHold {
  release(): void;
}

export type Begun = { readonly hold: CallHold } | { readonly refused: LimitReached };

const NOTHING_HELD: Begun = { hold: { release: () => undefined } };

const DAY = 86_400_000;

/** Of each kind of count; what stands here is bounded by what policies list, but a wildcard lists many hosts. */
const MOST = 10_000;

type Facts = Pick<PermitFacts, 'limits' | 'tools' | 'authority'>;

interface Rate {
  readonly bucket: TokenBucket;
  readonly count: number;
  readonly seconds: number;
}

/**
 * What one agent used of its limits, and what it called, since the proxy started. Bounded in memory: where there is no room to count, the call is refused.
 *
 * Times are milliseconds since the epoch. A clock that is set back refills nothing, and a day that comes again goes on where it was.
 */
export class Usage implements RunFacts {
  readonly #rates = new Map<string, Rate>();
  readonly #running = new Map<string, number>();
  readonly #days = new Map<string, { day: number; bytes: number }>();
  readonly #seen = new Set<string>();

  /** Takes its part of every limit of a permitted call, or of none. */
  begin({ limits, tools, authority: { host } }: Facts, now: number): Begun {
    if (limits.length > 0) {
      for (const limit of limits) {
        const refused = this.#shortage(limit, host, now);
        if (refused !== undefined) return { refused };
      }
      for (const limit of limits) this.#take(limit, now);
    }
    for (const tool of tools) if (this.#seen.size < MOST) this.#seen.add(tool);
    return limits.some(({ concurrency }) => concurrency !== undefined) ? { hold: this.#holding(limits) } : NOTHING_HELD;
  }

  /** Counts bytes that are about to be sent on a permit; why they may not be, if they go over a ceiling. */
  sent({ limits, authority: { host } }: Facts, bytes: number, now: number): LimitReached | undefined {
    for (const limit of limits) {
      if (limit.bytesPerDay === undefined) continue;
      const today = this.#today(limit, host, now);
      if (today === undefined) return full(limit);
      today.bytes += bytes;
      if (today.bytes > limit.bytesPerDay) return spent(limit, host, now);
    }
    return undefined;
  }

  /** @throws Untold where more tools were called than can be remembered */
  seen(tool: string): boolean {
    if (this.#seen.has(tool)) return true;
    if (this.#seen.size >= MOST) throw new Untold('the agent called too many tools to remember');
    return false;
  }

  #shortage(limit: CallLimit, host: string, now: number): LimitReached | undefined {
    const { key, name, rate, concurrency, bytesPerDay } = limit;
    if (rate !== undefined) {
      const known = this.#rate(limit, rate, now);
      if (known === undefined) return full(limit);
      const wait = known.bucket.wait(now);
      if (wait > 0) return { reason: 'limit-reached', sentence: `${name} lets ${rate.count} calls pass in ${duration(rate.seconds)}, and they were made.`, retryAfter: Math.ceil(wait / 1000) };
    }
    if (concurrency !== undefined && (this.#running.get(key) ?? 0) >= concurrency) {
      return { reason: 'limit-reached', sentence: `${name} lets ${concurrency} calls pass at one time, and they are under way.` };
    }
    if (bytesPerDay === undefined) return undefined;
    const today = this.#today(limit, host, now);
    if (today === undefined) return full(limit);
    return today.bytes >= bytesPerDay ? spent(limit, host, now) : undefined;
  }

  #take({ key, concurrency }: CallLimit, now: number): void {
    this.#rates.get(key)?.bucket.take(now);
    if (concurrency !== undefined) this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  #holding(limits: readonly CallLimit[]): CallHold {
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        for (const { key, concurrency } of limits) if (concurrency !== undefined) this.#end(key);
      },
    };
  }

  #end(key: string): void {
    const running = (this.#running.get(key) ?? 0) - 1;
    if (running > 0) this.#running.set(key, running);
    else this.#running.delete(key);
  }

  /** Undefined: there is no room for it. A rate that was changed begins anew. */
  #rate({ key }: CallLimit, { count, seconds }: NonNullable<CallLimit['rate']>, now: number): Rate | undefined {
    const known = this.#rates.get(key);
    if (known !== undefined && known.count === count && known.seconds === seconds) return known;
    if (this.#rates.size >= MOST) for (const [each, { bucket }] of this.#rates) if (bucket.full(now)) this.#rates.delete(each);
    if (this.#rates.size >= MOST && known === undefined) return undefined;
    const made: Rate = { bucket: new TokenBucket(count, (seconds * 1000) / count, now), count, seconds };
    this.#rates.set(key, made);
    return made;
  }

  /** Undefined: there is no room for it. */
  #today({ key }: CallLimit, host: string, now: number): { day: number; bytes: number } | undefined {
    const day = Math.floor(now / DAY);
    const place = `${key} ${host}`;
    const known = this.#days.get(place);
    if (known !== undefined) {
      if (day > known.day) Object.assign(known, { day, bytes: 0 });
      return known;
    }
    if (this.#days.size >= MOST) for (const [each, counted] of this.#days) if (counted.day < day) this.#days.delete(each);
    if (this.#days.size >= MOST) return undefined;
    const made = { day, bytes: 0 };
    this.#days.set(place, made);
    return made;
  }
}

function spent({ name, bytesPerDay }: CallLimit, host: string, now: number): LimitReached {
  return { reason: 'limit-reached', sentence: `${name} lets ${bytesPerDay} bytes a day be sent to ${host}, and they were.`, retryAfter: Math.ceil((DAY - (((now % DAY) + DAY) % DAY)) / 1000) };
}

function full({ name }: CallLimit): LimitReached {
  return { reason: 'limit-reached', sentence: `${name} sets a limit, and there are too many limits to count by.` };
}

function duration(seconds: number): string {
  switch (seconds) {
    case 1: return 'a second';
    case 60: return 'a minute';
    case 3_600: return 'an hour';
    case 86_400: return 'a day';
    default: return `${seconds} seconds`;
  }
}
