import { describe, expect, test } from 'vitest';
import { parseMemberPath } from '../../../src/core/terms/member-path.ts';

describe('member paths', () => {
  test.each(['$.a', '$..a', '$.a.b-c', '$.items[*].secret', "$['odd name'][0]", '$..[*]', '$.a.*', '$.$ref', "$..['x']"])('%s is one', (path) => {
    expect(parseMemberPath(path)).toBeDefined();
  });

  test.each(['', '$', 'a', '$a', '$.', '$..', '$...a', '$.a..', '$.a[', '$.a[-1]', '$.a[1:2]', '$[?(@.a)]', '$.a b', '$.["a"]', '$.a]', '$..*', "$['a\\'b']"])('%s is none', (path) => {
    expect(parseMemberPath(path)).toBeUndefined();
  });
});
