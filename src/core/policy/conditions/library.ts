import { createRequire } from 'node:module';

/** Loaded when the first policy uses it: it takes 15 MB, which a sidecar without conditions does not pay. */
const load = createRequire(import.meta.url);

let library: typeof import('@bufbuild/cel') | undefined;
let expressions: typeof import('@bufbuild/re2') | undefined;
let times: typeof import('@bufbuild/protobuf/wkt') | undefined;

/** The Common Expression Language, version 0.25.1 of its specification. */
export function cel(): typeof import('@bufbuild/cel') {
  return library ??= load('@bufbuild/cel');
}

/** Regular expressions that take time linear in the text, whatever the pattern. */
export function re2(): typeof import('@bufbuild/re2') {
  return expressions ??= load('@bufbuild/re2');
}

/** Milliseconds since the epoch, as CEL compares times. */
export function timestamp(now: number): import('@bufbuild/protobuf/wkt').Timestamp {
  times ??= load('@bufbuild/protobuf/wkt') as typeof import('@bufbuild/protobuf/wkt');
  return times.timestampFromMs(now);
}
