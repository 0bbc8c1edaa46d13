import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { mintAuthority, mintServing, type ServingCertificate } from '../../../src/adapters/certificates/serving.ts';
import type { KeptServingCertificate } from '../../../src/adapters/certificates/kept.ts';
import type { CaBundle } from '../../../src/adapters/kube/ca-bundle.ts';
import { trustedFirst, type TrustedCertificate } from '../../../src/apps/webhook/trusted-certificate.ts';
import { soon } from '../../fakes/soon.ts';

const HOUR = 3_600_000;

async function made(): Promise<ServingCertificate> {
  const authority = await mintAuthority({ commonName: 'CA', now: Date.now(), lifetime: HOUR });
  return mintServing({ authority, dnsNames: ['gate.example'], now: Date.now(), lifetime: HOUR });
}

const [first, second] = [await made(), await made()];

class Kept implements KeptServingCertificate {
  #current = first;
  #listener: (certificate: ServingCertificate) => void = () => undefined;

  current(): ServingCertificate {
    return this.#current;
  }

  onChange(listener: (certificate: ServingCertificate) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }

  change(next: ServingCertificate): void {
    this.#current = next;
    this.#listener(next);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** A configuration that takes over what has to be trusted when it is told to. */
class Bundle implements Pick<CaBundle, 'trusts' | 'wake'> {
  woken = 0;
  text = first.ca;

  trusts(ca: string): boolean {
    return this.text.includes(ca);
  }

  wake(): void {
    this.woken += 1;
  }
}

function setUp(patience = HOUR): { kept: Kept; bundles: [Bundle, Bundle]; trusted: TrustedCertificate; used: ServingCertificate[]; pass: (milliseconds: number) => void } {
  const [kept, bundles, used]: [Kept, [Bundle, Bundle], ServingCertificate[]] = [new Kept(), [new Bundle(), new Bundle()], []];
  let passed = 0;
  const trusted = trustedFirst({ kept, clock: () => passed, overlap: { former: 10_000, patience, settle: 1 } });
  trusted.follow(bundles as unknown as CaBundle[]);
  trusted.onChange((certificate) => void used.push(certificate));
  return { kept, bundles, trusted, used, pass: (milliseconds) => { passed += milliseconds; } };
}

describe('a new certificate', () => {
  test('of a CA that is trusted already is used at once', () => {
    const { kept, trusted, used } = setUp();
    const renewed = { ...second, ca: first.ca };
    kept.change(renewed);
    expect([trusted.current(), used]).toEqual([renewed, [renewed]]);
  });

  test('of another CA is used only once every configuration trusts it', async () => {
    const { kept, bundles, trusted, used } = setUp();
    kept.change(second);
    expect(bundles.map(({ woken }) => woken)).toEqual([1, 1]);
    bundles[0].text = trusted.ca();
    await sleep(250);
    expect(trusted.current()).toEqual(first);
    bundles[1].text = trusted.ca();
    await soon('the new certificate', () => used.length > 0);
    expect([trusted.current(), used]).toEqual([second, [second]]);
    trusted.stop();
  });

  test('of another CA waits a moment even where the configurations trust it already: the API server may be behind', async () => {
    const { kept, bundles, trusted, used } = setUp();
    for (const bundle of bundles) bundle.text = second.ca;
    kept.change(second);
    expect(trusted.current()).toEqual(first);
    await soon('the new certificate', () => used.length > 0);
    trusted.stop();
  });

  test('is used in the end where nobody says that it is trusted: an old one ends some day', async () => {
    const { kept, trusted, pass } = setUp(5_000);
    kept.change(second);
    pass(5_000);
    await soon('the new certificate', () => trusted.current() === second);
    trusted.stop();
  });

  test('leaves the CA before it trusted for a while, for replicas that still serve by it', () => {
    const { kept, trusted, pass } = setUp();
    kept.change(second);
    expect(trusted.ca()).toBe(second.ca + first.ca);
    pass(10_000);
    expect(trusted.ca()).toBe(second.ca);
    trusted.stop();
  });

  test('that is followed by another before it was trusted is left out', async () => {
    const { kept, bundles, trusted, used } = setUp();
    kept.change(second);
    kept.change(first);
    await soon('the certificate that came back', () => used.length > 0);
    expect([trusted.current(), used, trusted.ca().includes(second.ca)]).toEqual([first, [first], true]);
    for (const bundle of bundles) bundle.text = trusted.ca();
    await sleep(250);
    expect(used).toEqual([first]);
    trusted.stop();
  });
});
