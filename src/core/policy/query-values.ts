/** Values of a query by name, decoded as forms are (URL standard, application/x-www-form-urlencoded), but strictly: undefined where an escape is none or is not UTF-8. */
export function queryValues(query: string): ReadonlyMap<string, readonly string[]> | undefined {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    const name = decoded(mark === -1 ? part : part.slice(0, mark));
    const value = decoded(mark === -1 ? '' : part.slice(mark + 1));
    if (name === undefined || value === undefined) return undefined;
    const group = values.get(name);
    if (group === undefined) values.set(name, [value]);
    else group.push(value);
  }
  return values;
}

/** Every name and value that some server may read out of a query, in lower case: also parted by `;`, names without their brackets (`a[]`), and escapes left as they are where they do not decode. */
export function looseQueryValues(query: string): readonly (readonly [name: string, value: string])[] {
  return query.split(/[&;]/).filter((part) => part !== '').map((part) => {
    const mark = part.indexOf('=');
    const name = mark === -1 ? part : part.slice(0, mark);
    const value = mark === -1 ? '' : part.slice(mark + 1);
    return [(decoded(name) ?? name).toLowerCase().replace(/\[.*\]$/s, ''), (decoded(value) ?? value).toLowerCase()] as const;
  });
}

function decoded(text: string): string | undefined {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
