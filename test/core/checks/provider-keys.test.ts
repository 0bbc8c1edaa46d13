import { describe, expect, test } from 'vitest';
import { faultsOf, podWith, told } from './pods.ts';

const AT = 'spec.containers[0]';
const variable = (name: string, value: string) => podWith({ env: [{ name, value }] });
// Put together here, so that no scanner takes this file for a leak.
const random = (length: number): string => 'aB3dE5fG7hJ9kLmN2pQrS4tUvW6xYz8A'.repeat(10).slice(0, length);
const KEYS: readonly [title: string, value: string][] = [
  ['a key of Anthropic', `sk-${'ant'}-api03-${random(90)}`],
  ['a key of OpenRouter', `sk-${'or'}-v1-${random(64)}`],
  ['a key of OpenAI', `sk-${'proj'}-${random(100)}`],
  ['a key of OpenAI', `sk-${random(48)}`],
  ['a key of Google', `AI${'za'}${random(35)}`],
  ['a key of AWS', `AK${'IA'}QWERTZUIOPASDFG2`],
  ['a token of GitHub', `gh${'p'}_${random(36)}`],
  ['a token of GitHub', `github${'_pat'}_${random(22)}_${random(59)}`],
  ['a token of GitLab', `gl${'pat'}-${random(20)}`],
  ['a token of Slack', `xox${'b'}-123456789012-${random(24)}`],
  ['a key of Stripe', `sk_${'live'}_${random(24)}`],
  ['a token of Hugging Face', `hf${'_'}${random(34)}`],
  ['a token of Replicate', `r8${'_'}${random(37)}`],
  ['a key of Groq', `gsk${'_'}${random(52)}`],
  ['a key of xAI', `xai${'-'}${random(80)}`],
  ['a key of Perplexity', `pplx${'-'}${random(48)}`],
  ['a key of NVIDIA', `nvapi${'-'}${random(64)}`],
  ['a token of Databricks', `dapi${'0123456789abcdef'.repeat(2)}`],
  ['a token of npm', `npm${'_'}${random(36)}`],
  ['a token of PyPI', `pypi-${'AgE'}${random(60)}`],
  ['a key of SendGrid', `SG.${random(22)}.${random(43)}`],
  ['a JSON Web Token', `${'eyJ'}hbGciOiJIUzI1NiJ9.${'eyJ'}zdWIiOiIxMjM0In0.${random(43)}`],
  ['a private key', `-----BEGIN ${'RSA'} PRIVATE KEY-----\nMIIE`],
];

describe('a value of the form of a key', () => {
  test.each(KEYS)('is %s, whatever its variable is called, and stands in no message', (title, value) => {
    const faults = faultsOf(variable('SETTING', value)).filter(({ check }) => check === 'provider-keys');
    expect(faults).toMatchObject([{ reason: 'provider-key', field: `${AT}.env[0].value`, message: `container "app" has ${title} in variable "SETTING"`, weight: 'deny' }]);
    expect(JSON.stringify(faults)).not.toContain(value.slice(8, 20));
  });

  test.each(KEYS.slice(0, 3))('is found within other text (%s)', (_title, value) => {
    for (const text of [`Bearer ${value}`, `{"key":"${value}"}`, `--key=${value}`, `https://user:${value}@host.example/`]) {
      expect(told('provider-keys', variable('SETTING', text))).toEqual([`provider-key ${AT}.env[0].value`]);
    }
  });

  test('is found on the command line', () => {
    const key = KEYS[0]?.[1] ?? '';
    expect(told('provider-keys', podWith({ command: ['run', key], args: ['--key', key] }))).toEqual([`provider-key ${AT}.command[1]`, `provider-key ${AT}.args[1]`]);
  });

  test('is found in probes and hooks', () => {
    const key = KEYS[0]?.[1] ?? '';
    const probe = { httpGet: { port: 80, httpHeaders: [{ name: 'Accept', value: '*' }, { name: 'Authorization', value: `Bearer ${key}` }] } };
    expect(told('provider-keys', podWith({ readinessProbe: probe, lifecycle: { preStop: { exec: { command: ['bye', key] } } } }))).toEqual([
      `provider-key ${AT}.readinessProbe.httpGet.httpHeaders[1].value`, `provider-key ${AT}.lifecycle.preStop.exec.command[1]`,
    ]);
  });

  test('is found behind a placeholder', () => {
    expect(told('provider-keys', variable('SETTING', `sk-${'ant'}-placeholder-0123456789 ${KEYS[0]?.[1]}`))).toEqual([`provider-key ${AT}.env[0].value`]);
  });

  test.each([
    ['a placeholder that keeps the beginning', `sk-${'ant'}-placeholder-0123456789`],
    ['one letter again and again', `sk-${'proj'}-${'x'.repeat(40)}`],
    ['a word that goes on', `task-${'ant'}-api03-${random(40)}`],
    ['a name with dashes', 'my-risk-analysis-of-things'],
    ['a digest', `sha256:${'0123456789abcdef'.repeat(4)}`],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB'],
  ])('is not seen in %s', (_sentence, value) => {
    expect(told('provider-keys', variable('SETTING', value))).toEqual([]);
  });
});

describe('a variable that programs read for a key', () => {
  test.each(['OPENAI_API_KEY', 'AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'anthropic_api_key'])('%s holds no literal', (name) => {
    expect(told('provider-keys', variable(name, 'b7Qz0pLkV2mX9w'))).toEqual([`provider-variable ${AT}.env[0].value`]);
  });

  test.each(['', 'none', 'placeholder', 'dummy-key-for-the-client', 'changeme-please', 'replaced by the proxy', 'sallyport-injects', '$(KEY_FROM_FILE)', '<your key here>', 'xxxxxxxxxxxxxxxxxxxx', 'not-a-real-key'])('may hold %j', (value) => {
    expect(told('provider-keys', variable('OPENAI_API_KEY', value))).toEqual([]);
  });

  test('may come from elsewhere, which is the business of secret-environment', () => {
    expect(told('provider-keys', podWith({ env: [{ name: 'OPENAI_API_KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }))).toEqual([]);
  });
});

test('hostile megabytes take no time', () => {
  const start = performance.now();
  for (const part of ['sk-ant-', 'eyJ', 'eyJa-', 'eyJaaaaaaaaaaaa.', 'SG.', 'gh', 'A', '-----BEGIN ', 'xoxb-1', 'x']) faultsOf(variable('OPENAI_API_KEY', part.repeat(Math.ceil(1_000_000 / part.length))));
  expect(performance.now() - start).toBeLessThan(5_000);
});
