import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { codeFrame } from './code-frame.js';
import { lintedAs } from './lint-version.js';
import { lintWorkflows } from './lint-workflows.js';

const good = 'on: push\njobs: {a: {runs-on: go}}\n';

describe('lintWorkflows', () => {
  it('says nothing of a plain workflow, on any version', () => {
    for (const gitea of ['1.24.7', '1.25.4', '1.26.4', '1.27.0', '1.28.0']) expect(lintWorkflows([{ path: '.gitea/workflows/a.yml', text: good }], { gitea })).toEqual([]);
  });

  it.each([
    ['.github/workflows/a.yml', 'file-hidden', 'the other folder'],
    ['.gitea/workflows/a.YML', 'file-suffix', 'another suffix'],
    ['.gitea/workflow/a.yml', 'file-folder', 'a folder that is none'],
  ])('tells that %s does not count', (path, code) => {
    const [found] = lintWorkflows([{ path: '.gitea/workflows/a.yml', text: good }], { others: [{ path, text: good }] });

    expect(found).toMatchObject({ path, code });
  });

  it.each([
    ['submodule', 'file-submodule'],
    ['folder', 'file-is-folder'],
    ['link', 'file-is-link'],
  ] as const)('tells what a %s called like a workflow does', (kind, code) => {
    expect(lintWorkflows([{ path: '.gitea/workflows/a.yml', text: '', kind }]).map((found) => found.code)).toEqual([code]);
  });

  it('tells that Gitea stops reading after a mebibyte', () => {
    const of = (length: number) => lintWorkflows([{ path: '.gitea/workflows/a.yml', text: `${good}#`.padEnd(length, 'x') }]).map(({ code }) => code);

    expect(of(1_048_576)).toEqual([]);
    expect(of(1_048_577)).toEqual(['file-too-long']);
  });

  it('says what follows from what the parser found', () => {
    const of = (text: string, gitea: string) => lintWorkflows([{ path: 'x.yml', text }], { gitea }).map(({ message }) => message);

    expect(of('on: [push', '1.27')[0]).toMatch(/Gitea ignores this file$/);
    expect(of('on: push\njobs: {a: {runs-on: go, strategy: {matrix: {n: [1], include: [2]}}}}', '1.27')[0]).toMatch(/no workflow of the repository starts for any event$/);
    expect(of('on: push\njobs: {a: {runs-on: go, strategy: {matrix: {n: [1], include: [2]}}}}', '1.25')[0]).toMatch(/loses the event for the files behind it$/);
    expect(of('on: push\n', '1.25')[0]).toMatch(/Gitea starts no run of this file$/);
    expect(of('on: push\n', '1.26')[0]).toMatch(/Gitea ignores this file$/);
  });

  it('judges 1.24 by itself and newer servers as the newest', () => {
    expect(lintedAs('1.24.7')).toEqual({ version: '1.24' });
    expect(lintedAs('1.26.4')).toEqual({ version: '1.26' });
    expect(lintedAs('1.29.0')).toMatchObject({ version: '1.27', note: expect.stringContaining('judged as 1.27') as string });
  });

  it('gives every finding a sentence, a remedy and a place in the text', () => {
    const words = ['on:', 'push', 'jobs:', '\n', '  ', 'a:', 'b:', '- ', '[', ']', '{', '}', '"', "'", '*a', '&a', '${{', '}}', 'cancelled()', 'needs:', 'runs-on:', 'strategy:', 'matrix:', 'include:', 'if:', 'uses:', 'paths:', 'branches:', 'types:', 'concurrency:', '!', '**', '?', '+', '\\', '#', '|', ',', ': ', '~', '\t', '\u2028', '\ud800', 'go'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), fc.constantFrom('1.24', '1.25', '1.26', '1.27'), (parts, gitea) => {
        const text = parts.join('');
        for (const found of lintWorkflows([{ path: 'x.yml', text }], { gitea, service: { takers: () => [], nearest: () => null } })) {
          expect(found.message.length * found.remedy.length).toBeGreaterThan(0);
          expect(codeFrame(text, found)).toMatch(/\^$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('throws on no text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom(`on: {push: {paths: [§]}}\n${good.slice(9)}`, 'on: push\njobs: {a: {runs-on: "§", if: "§", needs: b, name: "§"}, b: {runs-on: go}}', '§'), (junk, frame) => {
        lintWorkflows([{ path: 'x.yml', text: frame.replaceAll('§', junk) }]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('codeFrame', () => {
  it('shows the line with the one before it and marks the place', () => {
    expect(codeFrame('on: push\njobs:\n  a: x', { line: 3, column: 6 })).toBe('  2 | jobs:\n> 3 |   a: x\n    |      ^');
  });

  it('keeps within 80 columns and lets a terminal obey nothing', () => {
    const frame = codeFrame(`${'a'.repeat(200)}\u001b[31m\tb${'c'.repeat(200)}`, { line: 1, column: 206 });

    expect(Math.max(...frame.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(frame).not.toContain('\u001b');
    const [shown, mark] = frame.split('\n');
    expect(shown?.[mark?.indexOf('^') ?? 0]).toBe(' ');
    expect(shown?.[(mark?.indexOf('^') ?? 0) + 1]).toBe('b');
  });

  it('shows nothing where the text has no such line', () => {
    expect(codeFrame('', { line: 7, column: 1 })).toBe('');
  });
});
