export interface Once {
  isFirst(key: string): boolean;
}

/** Remembers what was said already, at most so many things: a hostile payload must not fill the memory. */
export function createOnce(most = 1_000): Once {
  const said = new Set<string>();
  return {
    isFirst(key) {
      if (said.has(key) || said.size >= most) return false;
      said.add(key);
      return true;
    },
  };
}
