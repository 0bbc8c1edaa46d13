import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import { positionOf, type Position } from '../../../core/policy/documents.ts';
import type { FieldSteps } from '../../../core/terms/field-path.ts';

/** The entry of a mapping for a key; undefined where it is only merged in. */
export function pairAt(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

/** Where a field stands, or the nearest one around it that is there. */
export function fieldPosition(root: Node | null, steps: FieldSteps, lines: LineCounter): Position {
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
