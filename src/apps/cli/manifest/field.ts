import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import { positionOf, type Position } from '../../../core/policy/documents.ts';

/** Keys and positions in lists. */
export type Steps = readonly (string | number)[];

/** `spec.containers[0].env["a.b"]` as keys and positions. */
export function stepsOf(field: string): Steps {
  return [...field.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(([, index, quoted, plain]) => (index === undefined ? (quoted ?? plain ?? '') : Number(index)));
}

export function pairAt(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

/** Where a field stands, or the nearest one around it that is there. */
export function fieldPosition(root: Node | null, steps: Steps, lines: LineCounter): Position {
  let node: unknown = root;
  let position = positionOf(lines, root);
  for (const step of steps) {
    const pair = isMap(node) ? pairAt(node, step) : undefined;
    const value = isSeq(node) ? node.items[Number(step)] : pair?.value;
    if (pair === undefined && value === undefined) return position;
    position = positionOf(lines, pair?.key ?? value);
    node = value;
  }
  return position;
}
