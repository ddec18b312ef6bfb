import type { CharSet, Range } from './char-set.js';
import { anyCharacter, complement, rangeSet } from './char-set.js';

const digits: Range = [0x30, 0x39];
const upper: Range = [0x41, 0x5a];
const lower: Range = [0x61, 0x7a];
const underscore: Range = [0x5f, 0x5f];

/** `[:name:]`, all of them ASCII. Source: Go's regexp/syntax. */
const posixClasses: Readonly<Record<string, readonly Range[]>> = {
  alnum: [digits, upper, lower],
  alpha: [upper, lower],
  ascii: [[0, 0x7f]],
  blank: [[0x09, 0x09], [0x20, 0x20]],
  cntrl: [[0, 0x1f], [0x7f, 0x7f]],
  digit: [digits],
  graph: [[0x21, 0x7e]],
  lower: [lower],
  print: [[0x20, 0x7e]],
  punct: [[0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]],
  space: [[0x09, 0x0d], [0x20, 0x20]],
  upper: [upper],
  word: [digits, upper, underscore, lower],
  xdigit: [digits, [0x41, 0x46], [0x61, 0x66]],
};

export function posixClass(name: string): CharSet | undefined {
  return Object.hasOwn(posixClasses, name) ? rangeSet(posixClasses[name] ?? []) : undefined;
}

export const wordCharacters = rangeSet([digits, upper, underscore, lower]);

/** `\d`, `\s`, `\w`: ASCII in Go, and `\s` has no vertical tab. */
const perlClasses: Readonly<Record<string, CharSet>> = {
  d: rangeSet([digits]),
  s: rangeSet([[0x09, 0x0a], [0x0c, 0x0d], [0x20, 0x20]]),
  w: wordCharacters,
};

/** The class that `\d`, `\D`, … stand for, before negation. */
export function perlClass(letter: string): { set: CharSet; negative: boolean } | undefined {
  const small = letter.toLowerCase();
  const set = Object.hasOwn(perlClasses, small) ? perlClasses[small] : undefined;
  return set && { set, negative: small !== letter };
}

const categories = ['C', 'Cc', 'Cf', 'Cn', 'Co', 'Cs', 'L', 'LC', 'Ll', 'Lm', 'Lo', 'Lt', 'Lu', 'M', 'Mc', 'Me', 'Mn', 'N', 'Nd', 'Nl', 'No', 'P', 'Pc', 'Pd', 'Pe', 'Pf', 'Pi', 'Po', 'Ps', 'S', 'Sc', 'Sk', 'Sm', 'So', 'Z', 'Zl', 'Zp', 'Zs'];
const categoryWords: Readonly<Record<string, string>> = {
  Casedletter: 'LC', Closepunctuation: 'Pe', Combiningmark: 'M', Connectorpunctuation: 'Pc', Control: 'Cc', Currencysymbol: 'Sc', Dashpunctuation: 'Pd',
  Decimalnumber: 'Nd', Enclosingmark: 'Me', Finalpunctuation: 'Pf', Format: 'Cf', Initialpunctuation: 'Pi', Letter: 'L', Letternumber: 'Nl', Lineseparator: 'Zl',
  Lowercaseletter: 'Ll', Mark: 'M', Mathsymbol: 'Sm', Modifierletter: 'Lm', Modifiersymbol: 'Sk', Nonspacingmark: 'Mn', Number: 'N', Openpunctuation: 'Ps',
  Other: 'C', Otherletter: 'Lo', Othernumber: 'No', Otherpunctuation: 'Po', Othersymbol: 'So', Paragraphseparator: 'Zp', Privateuse: 'Co', Punctuation: 'P',
  Separator: 'Z', Spaceseparator: 'Zs', Spacingmark: 'Mc', Surrogate: 'Cs', Symbol: 'S', Titlecaseletter: 'Lt', Unassigned: 'Cn', Uppercaseletter: 'Lu',
  Cntrl: 'Cc', Digit: 'Nd', Punct: 'P',
};
/** JavaScript also takes the four-letter codes of scripts, Go only their names: these names happen to be as short. */
const shortScripts = ['Ahom', 'Cham', 'Kawi', 'Lisu', 'Miao', 'Modi', 'Newa', 'Thai', 'Toto'];

/**
 * The class of `\p{name}`: a Unicode category or script, found whatever its case, blanks, hyphens and underscores.
 *
 * Go looks scripts up without their underscores and so finds none of two words (`Old_Italic`); neither does this.
 */
export function unicodeClass(name: string): CharSet | undefined {
  const bare = name.replace(/[_ -]/g, '');
  const canonical = bare.slice(0, 1).toUpperCase() + bare.slice(1).replace(/[A-Z]/g, (c) => c.toLowerCase());
  if (canonical === 'Any') return anyCharacter;
  if (canonical === 'Assigned') return complement(propertySet('Cn'));
  if (canonical === 'Ascii') return rangeSet([[0, 0x7f]]);
  const category = canonical === 'Lc' ? 'LC' : categories.includes(canonical) ? canonical : Object.hasOwn(categoryWords, canonical) ? categoryWords[canonical] : undefined;
  if (category) return propertySet(category);
  if (!/^[A-Z][a-z]+$/.test(canonical) || (canonical.length === 4 && !shortScripts.includes(canonical))) return undefined;
  try {
    return propertySet(`Script=${canonical}`);
  } catch {
    return undefined;
  }
}

/** Tests one character at a time, so no pattern of ours runs on JavaScript's engine. */
function propertySet(property: string): CharSet {
  const test = new RegExp(`^\\p{${property}}$`, 'u');
  return { key: `p{${property}}`, has: (c) => test.test(String.fromCodePoint(c)) };
}
