import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandJobs } from './expand-jobs.js';
import type { GiteaVersion } from './gitea-version.js';
import { parseWorkflow } from './parse-workflow.js';
import { readYaml } from './yaml-read.js';
import type { YamlNode } from './yaml-node.js';

const versions: readonly GiteaVersion[] = ['1.25', '1.26', '1.27'];

/** Reads a text for every version and expands what can be read: whatever it is, the answer is a value with places inside the text. */
function answersWithPlaces(text: string): void {
  const lines = text.split(/\r\n?|\n/).length;
  for (const gitea of versions) {
    const result = parseWorkflow(text, { gitea });
    const expanded = result.workflow && expandJobs(result.workflow, { github: { ref: 'x', event: { a: [1] } }, vars: {} }, { readCallee: () => text });
    const problems = [...result.problems, ...(expanded ? (expanded.kind === 'jobs' ? expanded.problems : [expanded.problem]) : [])];
    if (result.kind === 'ignored') expect(result.problems.some(({ severity }) => severity === 'error')).toBe(true);
    for (const { line, column, message } of problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message).not.toBe('');
    }
  }
}

const word = fc.constantFrom('on', 'push', 'jobs', 'build', 'runs-on', 'needs', 'strategy', 'matrix', 'include', 'exclude', 'steps', 'run', 'with', 'uses', 'if', 'name', 'concurrency', 'group', 'branches', 'schedule', 'cron', 'x', '<<', '~', '1', '1.0', '-0', 'true', '2024-01-01', '.nan', './.gitea/workflows/x.yml', '"a\\n b"', "'it''s'", '${{ github.ref }}', '"${{ matrix.n == 1 && cancelled() }}"', '${{ fromJSON(vars.X) }}', '*a', '&a b', '!!int 1', '!!str 1', '!x y', '|\n      a\n     b', '>-\n   a\n\n   b');

/** Something like YAML: maps, lists and flow collections at some indentation, not always well formed. */
const yamlish: fc.Arbitrary<string> = fc.letrec<{ value: string; block: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.array(fc.tuple(word, tie('value')), { maxLength: 3 }).map((pairs) => `{${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')}}`),
  ),
  block: fc.array(fc.tuple(fc.nat({ max: 3 }), fc.constantFrom('', '- ', '? ', '# '), word, fc.constantFrom(': ', ':', '\n', ' :\t'), tie('value')), { minLength: 1, maxLength: 12 }).map((lines) => lines.map(([indent, mark, key, colon, value]) => `${'  '.repeat(indent)}${mark}${key}${colon}${value}`).join('\n')),
})).block;

const real = `name: CI
on:
  push: {branches: [main, 'release/**'], paths-ignore: ['**.md']}
  workflow_dispatch: {inputs: {level: {type: choice, options: [a, b], default: a}}}
concurrency: {group: "ci-\${{ github.ref }}", cancel-in-progress: true}
env: &env
  GOFLAGS: -mod=mod
jobs:
  lint: &lint
    runs-on: go
    steps: &steps
      - uses: actions/checkout@v4
      - name: Lint
        run: |
          go vet ./...

          make lint
  test:
    needs: lint
    if: "!contains(github.event.head_commit.message, '[quick]')"
    name: test \${{ matrix.os }} (\${{ matrix.go }})
    runs-on: [go, "\${{ matrix.os }}"]
    strategy:
      fail-fast: false
      matrix:
        os: [linux, mac]
        go: ['1.21', 1.22]
        include: [{os: linux, go: 1.22, race: true}]
        exclude: [{os: mac, go: '1.21'}]
    env: {A: b}
    steps: *steps
  deploy:
    needs: [lint, test]
    uses: ./.gitea/workflows/deploy.yml
    with: {target: "\${{ vars.TARGET }}"}
    secrets: inherit
`;

const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat({ max: 12 }), put: fc.oneof(word, fc.string({ maxLength: 3, unit: 'binary' }), fc.constantFrom('\n', '  ', '\t', ': ', '- ', '[', ']', '{', '}', "'", '"', '#', '\u0000', '\ud800', '\u2028', '${{', '}}')) });

describe('the parser', () => {
  it('answers any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), answersWithPlaces), { numRuns: 200 });
  });

  it('answers anything like YAML', () => {
    fc.assert(fc.property(yamlish, answersWithPlaces), { numRuns: 300 });
  });

  it('answers a real file with anything done to it', () => {
    const mutated = fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) =>
      edits.reduce((text, { at, drop, put }) => {
        const index = Math.floor(at * text.length);
        return text.slice(0, index) + put + text.slice(index + drop);
      }, real),
    );

    fc.assert(fc.property(mutated, answersWithPlaces), { numRuns: 300 });
  });

  it('answers the same twice: reading changes nothing', () => {
    fc.assert(
      fc.property(yamlish, (text) => {
        const { workflow } = parseWorkflow(text);
        if (!workflow) return;
        expect(expandJobs(workflow, {})).toEqual(expandJobs(workflow, {}));
      }),
      { numRuns: 100 },
    );
  });

  it('reads a tree back from what it is written as, in any layout', () => {
    const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, fc.string({ maxLength: 6 }), fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(fc.string({ maxLength: 4 }), tie('tree'), { maxKeys: 3 })),
    })).tree;
    const plain = (node: YamlNode): unknown => {
      if (node.kind === 'scalar') return node.value;
      if (node.kind === 'seq') return node.items.map(plain);
      return Object.fromEntries(Array.from({ length: node.items.length / 2 }, (_, index) => [plain(node.items[index * 2] as YamlNode), plain(node.items[index * 2 + 1] as YamlNode)]));
    };
    const block = (value: unknown, indent: string): string => {
      if (typeof value === 'string') return ` ${JSON.stringify(value)}\n`;
      if (Array.isArray(value)) return value.length === 0 ? ' []\n' : `\n${value.map((item) => `${indent}-${block(item, `${indent}  `)}`).join('')}`;
      const entries = Object.entries(value as object);
      return entries.length === 0 ? ' {}\n' : `\n${entries.map(([key, item]) => `${indent}${JSON.stringify(key)}:${block(item, `${indent}  `)}`).join('')}`;
    };

    fc.assert(
      fc.property(tree, (value) => {
        for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2), `x:${block(value, '  ')}`]) {
          const reading = readYaml(text, '1.27');
          const found = reading.kind === 'tree' ? plain(reading.root) : reading;
          expect(text.startsWith('x:') ? (found as { x: unknown }).x : found).toEqual(value);
        }
      }),
      { numRuns: 300 },
    );
  });
});
