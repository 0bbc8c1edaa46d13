import { describe, expect, test } from 'vitest';
import { recordReference } from '../../../src/core/evidence/reference.ts';
import { KINDS } from '../../../src/core/evidence/schema.ts';
import type { Fields } from '../../../src/core/evidence/shape.ts';

const page = recordReference();

describe('the reference page', () => {
  test.each(Object.keys(KINDS))('has a section on %s records', (kind) => {
    expect(page).toContain(`\n## \`${kind}\`\n`);
  });

  test('names every field, those further in as well, with a sentence', () => {
    const check = (fields: Fields, path: string): void => {
      for (const [name, { shape, says }] of Object.entries(fields)) {
        expect(page).toContain(`| \`${path}${name}\``);
        expect(says).toMatch(/\.$/);
        if (shape.is === 'fields') check(shape.fields, `${path}${name}.`);
      }
    };
    for (const fields of Object.values(KINDS)) check(fields, '');
  });

  test('says what verification cannot know', () => {
    expect(page).toContain('It cannot know');
  });
});
