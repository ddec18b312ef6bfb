import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { labelTable, withTables } from '../readme-tables.mjs';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('has the labels of runners.yml and the actions of action.yml; node tools/check/readme-tables.mjs writes them', () => {
    expect(readme).toBe(withTables(readme));
  });
});

describe('labelTable', () => {
  it('says what a class has besides its types', () => {
    const rows = labelTable({ rust: { instanceTypes: ['c7a.large'], labels: ['rust', 'cargo'], limits: { jobMinutes: 90 }, market: 'on-demand', instanceProfile: true }, web: { instanceTypes: ['t3.small', 't3a.small'], mode: 'image', image: 'node:22' } });

    expect(rows.split('\n').slice(2)).toEqual([
      '| `rust`, `cargo` | `c7a.large` | has the instance profile, 90 min, on-demand |',
      '| `web` | `t3.small` or `t3a.small` | in `node:22` |',
    ]);
  });
});
