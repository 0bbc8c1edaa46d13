import { describe, expect, test } from 'vitest';
import { journalPlace } from '../../../src/adapters/journal/place.ts';

describe('where a journal lies', () => {
  test.each([
    ['as the option says', '/data/j', { SALLYPORT_STATE: '/s', XDG_STATE_HOME: '/x' }, '/data/j'],
    ['else in the state folder named for us', undefined, { SALLYPORT_STATE: '/s', XDG_STATE_HOME: '/x' }, '/s/journal'],
    ['else in the state folder of the desktop', undefined, { XDG_STATE_HOME: '/x' }, '/x/sallyport/journal'],
    ['else below the home folder', undefined, {}, '/home/a/.local/state/sallyport/journal'],
    ['where an empty variable counts as none', undefined, { SALLYPORT_STATE: '', XDG_STATE_HOME: '' }, '/home/a/.local/state/sallyport/journal'],
  ])('%s', (_, option, env, expected) => {
    expect(journalPlace(option, env, '/home/a')).toBe(expected);
  });
});
