import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

describe('what differs between versions', () => {
  it('stands in the rules and nowhere else: only lint names one that is judged as another', () => {
    const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/^version-rules\.ts$|^lint\/(?:lint-version|pattern-changes)\.ts$/.test(name));

    const naming = sources.filter((name) => /'1\.\d\d'/.test(readFileSync(`${import.meta.dirname}/${name}`, 'utf8').replaceAll("version === '1.24'", '')));
    expect(naming).toEqual([]);
  });
});
