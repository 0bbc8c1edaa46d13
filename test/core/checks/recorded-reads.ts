/** Shows a value as it is, and notes the path of every member that is read or listed: `spec.tolerations[*].key`. */
export function recorded<T>(value: T, path: string, reads: Set<string>): T {
  if (typeof value !== 'object' || value === null) return value;
  const below = (key: string): string => (Array.isArray(value) ? `${path}[*]` : path === '' ? key : `${path}.${key}`);
  const isMember = (key: string | symbol): key is string => typeof key === 'string' && Object.hasOwn(value, key) && !(Array.isArray(value) && key === 'length');
  return new Proxy(value, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (!isMember(key)) return member;
      reads.add(below(key));
      return recorded(member, below(key), reads);
    },
    ownKeys(target) {
      const keys = Reflect.ownKeys(target);
      for (const key of keys) if (isMember(key)) reads.add(below(key));
      return keys;
    },
  });
}
