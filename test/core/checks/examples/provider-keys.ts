import { alsoInEveryPosition, type Examples, inEveryPosition, passing } from './example.ts';

const variable = (name: string, value: string) => ({ env: [{ name, value }] });
/** Of the form of a key, and nobody's. */
const KEY = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

export const providerKeys: Examples = {
  pass: {
    'no-key': passing(variable('MODE', 'fast')),
    placeholder: passing(variable('OPENAI_API_KEY', 'placeholder-of-the-proxy')),
    reference: passing({ env: [{ name: 'KEY', value: 'x' }, { name: 'OPENAI_API_KEY', value: '$(KEY)' }] }),
  },
  fail: {
    ...inEveryPosition('key-in-a-variable', variable('SETTING', KEY), 'provider-key env[0].value'),
    ...alsoInEveryPosition('literal-in-a-variable-for-keys', variable('OPENAI_API_KEY', 'correct horse battery'), 'provider-variable env[0].value'),
    ...alsoInEveryPosition('key-in-an-argument', { args: ['--token', KEY] }, 'provider-key args[1]'),
    ...alsoInEveryPosition('key-in-a-command', { command: ['agent', `--token=${KEY}`] }, 'provider-key command[1]'),
  },
};
