/**
 * The first key that an object in this JSON text holds twice, or null. JSON.parse keeps the last of them in silence.
 *
 * @param json text that JSON.parse accepts.
 */
export function duplicateKey(json: string): string | null {
  // Keys of the objects that are open; null for an open array, which has none.
  const open: (Set<string> | null)[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  for (let match = token.exec(json); match; match = token.exec(json)) {
    const [text] = match;
    if (text === '{') open.push(new Set());
    else if (text === '[') open.push(null);
    else if (text === '}' || text === ']') open.pop();
    else {
      const keys = open.at(-1);
      if (!keys || !isKey(json, token.lastIndex)) continue;
      const key = JSON.parse(text) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}

/** A string is a key where a colon follows it. */
function isKey(json: string, after: number): boolean {
  let at = after;
  while (' \t\n\r'.includes(json[at] ?? 'end')) at++;
  return json[at] === ':';
}
