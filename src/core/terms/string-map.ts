import { isObject } from './is-object.ts';

/** Labels, annotations and the like. */
export type StringMap = Readonly<Record<string, string>>;

export function isStringMap(value: unknown): value is StringMap {
  return isObject(value) && Object.values(value).every((one) => typeof one === 'string');
}

/** What stands under a name of the map's own: `constructor` is none that every map has. */
export function valueOf(map: StringMap, name: string): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}
