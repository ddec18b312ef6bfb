import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Where a version may be named: the rules, and the list of versions itself. */
const places = new Set(['gitea-version.ts', 'reading-rules.ts']);

describe('what differs between versions', () => {
  it('stands in the rules and nowhere else', () => {
    const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !places.has(name));

    expect(sources.filter((name) => /'1\.\d\d'/.test(readFileSync(`${import.meta.dirname}/${name}`, 'utf8')))).toEqual([]);
  });
});
