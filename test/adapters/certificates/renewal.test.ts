import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type RenewalSettings, renewStored } from '../../../src/adapters/certificates/renewal.ts';
import { splitPem } from '../../../src/adapters/certificates/read.ts';
import type { StoredCertificate } from '../../../src/adapters/certificates/stored.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const SETTINGS: RenewalSettings = { commonName: 'Test CA', dnsNames: ['gate.example'], ips: ['192.0.2.1'], lifetimes: { authority: 900 * DAY, serving: 90 * DAY } };

const renewed = (stored: StoredCertificate | undefined, day: number, settings = SETTINGS): Promise<StoredCertificate> => renewStored(stored, settings, START + day * DAY);
const authorities = (stored: StoredCertificate): string[] => splitPem(stored['ca.crt']);
const signedBy = (stored: StoredCertificate): number => authorities(stored).findIndex((cert) => new X509Certificate(stored['tls.crt']).verify(new X509Certificate(cert).publicKey));

describe('a stored certificate', () => {
  test('is made whole where there is none', async () => {
    const stored = await renewed(undefined, 0);
    expect(Object.keys(stored).toSorted()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    expect([authorities(stored).length, signedBy(stored)]).toEqual([1, 0]);
  });

  test('stays as it is for two thirds of its life, and then gets a new key under the same CA', async () => {
    const stored = await renewed(undefined, 0);
    expect(await renewed(stored, 59)).toBe(stored);
    const next = await renewed(stored, 61);
    expect(next['ca.crt']).toBe(stored['ca.crt']);
    expect(next['tls.key']).not.toBe(stored['tls.key']);
    expect(signedBy(next)).toBe(0);
  });

  test('is trusted by a new CA long before anything is signed with it', async () => {
    const first = await renewed(undefined, 0);
    const serving = await renewed(first, 700);
    expect(authorities(serving)).toHaveLength(1);
    const announced = await renewed(serving, 721);
    expect(announced['tls.crt']).toBe(serving['tls.crt']);
    expect(authorities(announced)).toHaveLength(2);
    expect(authorities(announced)[1]).toBe(authorities(first)[0]);
    const still = await renewed(announced, 765);
    expect(signedBy(still)).toBe(1);
    const switched = await renewed(still, 830);
    expect(signedBy(switched)).toBe(0);
    const dropped = await renewed(switched, 901);
    expect(authorities(dropped)).toEqual([authorities(switched)[0]]);
  });

  test('never is without a good chain, looked at on every day of six years', async () => {
    let stored = await renewed(undefined, 0);
    for (let day = 0; day < 2_200; day += 5) {
      stored = await renewed(stored, day);
      const certificate = new X509Certificate(stored['tls.crt']);
      expect(certificate.validToDate.getTime()).toBeGreaterThan(START + day * DAY);
      expect(signedBy(stored)).toBeGreaterThanOrEqual(0);
      expect(authorities(stored).length).toBeLessThanOrEqual(2);
    }
  });

  test('is made anew after its CA has ended, as after a long sleep', async () => {
    const stored = await renewed(undefined, 0);
    const next = await renewed(stored, 2_000);
    expect(authorities(next)).not.toContain(authorities(stored)[0]);
    expect(signedBy(next)).toBe(0);
  });

  test('is made anew for a name that it lacks', async () => {
    const stored = await renewed(undefined, 0);
    const next = await renewed(stored, 1, { ...SETTINGS, dnsNames: ['gate.example', 'more.example'] });
    expect(new X509Certificate(next['tls.crt']).checkHost('more.example')).toBe('more.example');
    expect(await renewed(next, 1)).toBe(next);
  });

  test.each([
    ['its certificate cut', { 'tls.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }],
    ['its key lost', { 'tls.key': '' }],
  ])('is made anew by the same CA with %s', async (_name, damage) => {
    const stored = await renewed(undefined, 0);
    const next = await renewed({ ...stored, ...damage }, 1);
    expect(next['ca.crt']).toBe(stored['ca.crt']);
    expect(signedBy(next)).toBe(0);
  });

  test.each([
    ['its CA lost', { 'ca.crt': '' }],
    ['the key of its CA lost', { 'ca.key': 'hello' }],
  ])('is made anew whole with %s', async (_name, damage) => {
    const stored = await renewed(undefined, 0);
    const next = await renewed({ ...stored, ...damage }, 1);
    expect(authorities(next)).toHaveLength(1);
    expect([next['ca.crt'] === stored['ca.crt'], signedBy(next)]).toEqual([false, 0]);
  });

  test('that somebody else keeps is left alone, even when it has ended', async () => {
    const { 'ca.key': _ours, ...foreign } = await renewed(undefined, 0);
    expect(await renewed(foreign, 2_000)).toBe(foreign);
  });
});
