import { describe, expect, it } from 'vitest';
import { inputsOf, jobScope } from './expression-context.js';
import { GiteaError, GiteaPanic, NotKnownHere } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { mapOf } from './go-value.js';
import type { GoValue } from './go-value.js';
import { interpolate } from './interpolate.js';

const context = {
  github: { ref: 'refs/heads/main', ref_name: 'main', event: { total: 3, ratio: 0.5, nothing: null, commits: [{ message: 'one' }, { message: 'two' }] } },
  vars: { LIST: '["a","b"]', Mixed: 'case', NUM: '7' },
};
const matrix = new Map<string, GoValue>([
  ['os', 'linux'],
  ['n', 1],
  ['f', { kind: 'float', value: 1 }],
  ['nil', null],
  ['list', ['x', 'Y']],
  ['map', mapOf([['k', 'v']])],
  ['general', { kind: 'map', general: true, entries: new Map([['1', 'x']]) }],
]);

function value(text: string, gitea: GiteaVersion = '1.27', given: Parameters<typeof inputsOf>[0] = context): string {
  const scope = jobScope({ inputs: inputsOf(given, gitea), matrix, strategy: undefined, needs: mapOf([]), success: () => true, failure: () => false });
  try {
    return interpolate(text, scope, gitea);
  } catch (error) {
    if (error instanceof GiteaPanic) return 'panic';
    if (error instanceof NotKnownHere) return 'not known';
    throw error instanceof GiteaError ? new Error('an error leaves the empty text, it is not thrown') : error;
  }
}

describe('an expression', () => {
  it.each<[string, string, string]>([
    ['github.ref', 'refs/heads/main', ''],
    ['gitea.REF_NAME', 'main', 'another name, in any case'],
    ['github.refname', 'main', 'fields are found without underscores too'],
    ['github.nope', '', 'a field that is not there'],
    ['github.event.total', '3', 'numbers of JSON are floats'],
    ['github.event.ratio', '0.5', ''],
    ['github.event.commits[1].message', 'two', ''],
    ['join(github.event.commits.*.message)', 'one,two', 'a property of every entry'],
    ['join(github.event.commits.*.message, ", ")', '', 'double quotes are an error'],
    ["join(github.event.commits.*.message, '/')", 'one/two', ''],
    ['vars.mixed', 'case', ''],
    ['vars.NOPE', '', ''],
    ['matrix.os', 'linux', ''],
    ['matrix.f', '1', 'a float without fraction'],
    ['matrix.nil', '', 'null'],
    ['matrix.list', 'Array', ''],
    ['matrix.map', 'Object', ''],
    ['matrix.map.K', 'v', ''],
    ['matrix.general.x', '', 'a map whose keys are no texts'],
    ["'it''s'", "it's", ''],
    ['1 == 1.0', 'true', ''],
    ["'A' == 'a'", 'true', 'texts ignore case'],
    ["null == 0", 'true', ''],
    ["'' == 0", 'true', ''],
    ["true == 'true'", 'false', 'a text is evaluated to be a number'],
    ["'7' == vars.NUM", 'true', ''],
    ["'vars.NUM' == 7", 'false', 'it is: the variable is a text'],
    ["'3' == github.event.total", 'true', ''],
    ['null != null', 'true', 'two nulls are always true'],
    ["matrix.nope || 'd'", 'd', ''],
    ["matrix.os && 'd'", 'd', ''],
    ['!matrix.os', 'false', ''],
    ['1 < 2 && 2 <= 2', 'true', ''],
    ["contains('Hello', 'ELL')", 'true', ''],
    ["contains(matrix.list, 'y')", 'true', ''],
    ["contains(matrix.map, 'k')", 'false', ''],
    ["startsWith('Hello', 'he') && endsWith('Hello', 'LO')", 'true', ''],
    ["format('{0}-{1} {{x}}', 'a', 2)", 'a-2 {x}', ''],
    ["format('{1}', 'a')", '', 'an argument that is not there'],
    ["toJSON('<a>')", '"\\u003ca\\u003e"', ''],
    ['toJSON(matrix.map)', '{\n  "k": "v"\n}', ''],
    ['fromJSON(vars.LIST)[1]', 'b', ''],
    ["fromJSON('nope')", '', ''],
    ['2147483648', '', 'beyond 32 bits'],
    ['0x1F', '31', ''],
    ['-Infinity', '', ''],
    ['infinity', 'Infinity', ''],
    ['1e3', '1000', ''],
    ["fromJSON('1000000000000000')", '1E+15', ''],
    ['success()', 'true', ''],
    ['always()', 'true', ''],
    ['hashFiles()', '', 'no files on the server'],
    ['secrets.X', '', 'there, and empty'],
    ['jobs.x', '', 'not there'],
    ['nope.x', '', ''],
    ['nope()', '', ''],
    ['1 2', '', 'a syntax error'],
    ['cancelled()', 'panic', ''],
    ["contains('a')", 'panic', 'an argument short'],
    ["format('}x')", 'panic', ''],
  ])('%s is %j %s', (expression, expected, _reason) => {
    expect(value(`\${{ ${expression} }}`)).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['a ${{ matrix.os }} b ${{ 1 }}', 'a linux b 1', 'several in one text'],
    ['a ${{ nope.x }} b ${{ 1 }}', '', 'one that fails empties all of it'],
    ['}} ${{', '', 'both marks, in whatever order'],
    ['}} ${{ x', 'panic', 'an expression that does not end'],
    ["{0} ${{ '}}' }}", '{0} }}', 'braces outside are text, marks inside quotes too'],
    ['${{ 1, 2 }}', '1', 'a comma makes another argument'],
    ['no marks }}', 'no marks }}', ''],
  ])('%j becomes %j: %s', (text, expected, _reason) => {
    expect(value(text)).toBe(expected);
  });

  it('panics over an open quote up to 1.25, and is empty since', () => {
    expect(value("${{ 'a }}", '1.25')).toBe('panic');
    expect(value("${{ 'a }}", '1.26')).toBe('');
  });

  it('is not guessed where a context was not given', () => {
    expect(value('${{ vars.X }}', '1.27', { github: {} })).toBe('not known');
    expect(value('${{ github.ref }}', '1.27', { vars: {} })).toBe('not known');
    expect(value('${{ inputs.x }}', '1.27', {})).toBe('');
  });

  it('that compares a text which mentions itself ends all the same', () => {
    expect(value("${{ vars.A == 1 }}", '1.27', { vars: { A: 'vars.A == 1' } })).toBe('not known');
    expect(value(`\${{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`)).toBe('not known');
  });
});
