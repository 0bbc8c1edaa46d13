import { createRequire } from 'node:module';
import type * as Cel from '@bufbuild/cel';
import type * as Wkt from '@bufbuild/protobuf/wkt';
import type * as Re2 from '@bufbuild/re2';
import type * as Ajv from 'ajv/dist/2020.js';

/** Loaded when the first policy uses them, and at once, since policies are compiled in one go: they take 15 MB, which a sidecar without conditions does not pay. */
const load = createRequire(import.meta.url);

let library: typeof Cel | undefined;
let expressions: typeof Re2 | undefined;
let times: typeof Wkt | undefined;
let schemas: typeof Ajv | undefined;

/** The Common Expression Language, version 0.25.1 of its specification. */
export function cel(): typeof Cel {
  return library ??= load('@bufbuild/cel');
}

/** Regular expressions that take time linear in the text, whatever the pattern. */
export function re2(): typeof Re2 {
  return expressions ??= load('@bufbuild/re2');
}

/** JSON Schema 2020-12. */
export function ajv(): typeof Ajv {
  return schemas ??= load('ajv/dist/2020.js');
}

/** Milliseconds since the epoch, as CEL compares times. */
export function timestamp(now: number): Wkt.Timestamp {
  times ??= load('@bufbuild/protobuf/wkt') as typeof Wkt;
  return times.timestampFromMs(now);
}
