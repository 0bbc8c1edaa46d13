import type { CallView } from '../call-view.ts';
import { readCondition } from '../conditions/condition.ts';
import { readsBody } from '../conditions/bind.ts';
import { readSchema } from '../conditions/json-schema.ts';
import { Untold } from '../conditions/values.ts';
import type { Match, Rule } from '../model.ts';
import type { Variables } from '../conditions/names.ts';
import { looseQueryValues } from '../query-values.ts';
import { compileGlobs, type Globs } from './globs.ts';
import { compileHours } from './hours.ts';
import { messageTests } from './message-tests.ts';

/** One thing that has to be so for a rule to match; an `Untold` where it cannot be said. */
export interface Test {
  /** Whether it looks at the request's body, or at what the tool's protocol says in it. */
  readonly body: boolean;
  holds(call: CallView): boolean | Untold;
}

/** `strict`: as allow rules compare; else as deny and hold rules do. */
export function compileTests(rule: Rule, match: Match, strict: boolean, variables: Variables): readonly Test[] {
  return [
    ...(rule.hours === undefined ? [] : [hoursTest(rule.hours)]),
    ...Object.entries(match.headers ?? {}).map(([name, values]) => headerTest(name, compileGlobs(values), strict)),
    ...Object.entries(match.query ?? {}).map(([name, values]) => queryTest(name, compileGlobs(values), strict)),
    ...(match.types === undefined ? [] : [typeTest(match.types, strict)]),
    ...messageTests(match, strict),
    ...bodyTests(rule.body),
    ...(rule.when === undefined ? [] : [conditionTest(rule.when, variables)]),
  ];
}

function hoursTest(windows: NonNullable<Rule['hours']>): Test {
  const open = compileHours(windows);
  return { body: false, holds: ({ now }) => open(now) };
}

/** An allow rule wants every value to be one that is listed; deny and hold rules are content with any, also one of a list in one field. */
function headerTest(name: string, values: Globs, strict: boolean): Test {
  return {
    body: false,
    holds: ({ headers }) => {
      const found = headers.get(name);
      if (found === undefined) return false;
      return strict ? found.every(values.strict) : found.some((value) => values.loose(value) || value.split(',').some((part) => values.loose(part.trim())));
    },
  };
}

function queryTest(name: string, values: Globs, strict: boolean): Test {
  const loosely = name.toLowerCase();
  return {
    body: false,
    holds: (call) => {
      if (!strict) return looseQueryValues(call.action.query).some(([each, value]) => each === loosely && values.loose(value));
      const { query } = call;
      if (query === undefined) return new Untold('the query cannot be decoded');
      return query.get(name)?.every(values.strict) === true;
    },
  };
}

function typeTest(types: readonly string[], strict: boolean): Test {
  const globs = compileGlobs(types);
  return {
    body: false,
    holds: ({ headers }) => {
      const found = headers.get('content-type') ?? [];
      if (strict) return found.length === 1 && globs.strict(essence(found[0] ?? ''));
      return found.some((value) => value.split(',').some((part) => globs.loose(essence(part))));
    },
  };
}

/** A media type without its parameters. */
const essence = (value: string): string => value.split(';', 1)[0]?.trim().toLowerCase() ?? '';

function bodyTests(body: Rule['body']): readonly Test[] {
  const tests: Test[] = [];
  const size = body?.size;
  if (size !== undefined) tests.push({ body: true, holds: ({ action }) => (action.body === undefined ? new Untold('the body was not read') : action.body.bytes.length <= size) });
  if (body?.schema !== undefined) tests.push(schemaTest(body.schema));
  return tests;
}

function schemaTest(schema: Readonly<Record<string, unknown>>): Test {
  const read = readSchema(schema);
  return {
    body: true,
    holds: ({ action }) => {
      if (action.body === undefined) return new Untold('the body was not read');
      if (action.body.json === undefined) return new Untold('the body is not JSON');
      return ('fits' in read ? read.fits(action.body.json) : undefined) ?? new Untold('its schema takes too long');
    },
  };
}

function conditionTest(text: string, variables: Variables): Test {
  const read = readCondition(text, variables);
  if ('fault' in read) return { body: false, holds: () => new Untold('its condition cannot be read') };
  const { condition } = read;
  return { body: readsBody(condition.reads), holds: (call) => condition.holds(call) };
}
