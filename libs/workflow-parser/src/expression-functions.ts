import { containsValue } from './expression-compare.js';
import type { Coerce } from './expression-compare.js';
import { toGoJson } from './expression-json.js';
import { fromJson, goKind, isUnset, textOf } from './expression-value.js';
import type { ExpressionValue } from './expression-value.js';
import { GiteaError, GiteaPanic } from './gitea-failure.js';
import { isList } from './go-value.js';
import type { GoValue } from './go-value.js';

/** What the status functions answer while rows are computed; each may fail in its own way. */
export interface StatusFunctions {
  success(): boolean;
  failure(): boolean;
}

/** Calls a function of the expression language; its name is in small letters. Too few arguments are a panic, too many are not looked at. */
export function callFunction(name: string, args: readonly ExpressionValue[], status: StatusFunctions, coerce: Coerce): ExpressionValue {
  const arg = (index: number): ExpressionValue => {
    const value = args[index];
    if (value === undefined) throw new GiteaPanic(`${name}() has ${args.length === 0 ? 'no argument' : args.length === 1 ? 'one argument' : `${args.length} arguments`}, which is too few`);
    return value;
  };
  switch (name) {
    case 'contains':
      return containsValue(arg(0), arg(1), coerce);
    case 'startswith':
      return lower(arg(0)).startsWith(lower(arg(1)));
    case 'endswith':
      return lower(arg(0)).endsWith(lower(arg(1)));
    case 'format':
      return formatText(textOf(arg(0)), args.slice(1));
    case 'join':
      return joinList(arg(0), args.length === 1 ? ',' : textOf(arg(1)));
    case 'tojson':
      return toGoJson(arg(0));
    case 'fromjson':
      return parseJson(arg(0));
    case 'hashfiles':
      throw new GiteaError('hashFiles() has no files to look at on the server');
    case 'always':
      return true;
    case 'success':
      return status.success();
    case 'failure':
      return status.failure();
    case 'cancelled':
      throw new GiteaPanic('cancelled() asks for the job, which is not there while rows are computed');
    default:
      throw new GiteaError(`there is no function ${name}()`);
  }
}

const lower = (value: ExpressionValue): string => textOf(value).toLowerCase();

function joinList(list: ExpressionValue, separator: string): string {
  if (isUnset(list) && list.of === 'list') return '';
  return isList(list as GoValue) ? (list as readonly GoValue[]).map(textOf).join(separator) : textOf(list);
}

function parseJson(value: ExpressionValue): ExpressionValue {
  if (typeof value !== 'string') throw new GiteaError(`fromJSON() wants a text, and here it has ${goKind(value) === 'invalid' ? 'nothing, as from a variable that is not set' : `a value of the kind ${goKind(value)}`}`);
  try {
    return fromJson(JSON.parse(value, (_, item: unknown) => {
      // Go refuses what leaves the range of a float.
      if (typeof item === 'number' && !Number.isFinite(item)) throw new SyntaxError('out of range');
      return item;
    }));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw new GiteaError('fromJSON() was given a text that is no JSON', { cause: error });
    throw error;
  }
}

/** `{0}` is the first argument; `{{` and `}}` are braces. A `}` that stands alone is a panic, unless it ends the text. */
export function formatText(form: string, args: readonly ExpressionValue[]): string {
  let out = '';
  let index = '';
  let state: 'text' | 'open' | 'close' = 'text';
  for (const character of form) {
    if (state === 'text') {
      if (character === '{') state = 'open';
      else if (character === '}') state = 'close';
      else out += character;
    } else if (state === 'close') {
      if (character !== '}') throw new GiteaPanic(`the format "${form}" has a } alone`);
      out += '}';
      index = '';
      state = 'text';
    } else if (character === '{') {
      out += '{';
      index = '';
      state = 'text';
    } else if (character === '}') {
      out += textOf(argumentAt(form, index, args));
      index = '';
      state = 'text';
    } else index += character;
  }
  if (state !== 'text') throw new GiteaError(`the format "${form}" has a brace that is not closed`);
  return out;
}

function argumentAt(form: string, index: string, args: readonly ExpressionValue[]): ExpressionValue {
  if (!/^[-+]?\d+$/.test(index) || Math.abs(Number(index)) > 2_147_483_647) throw new GiteaError(`the format "${form}" has "${index}" in braces, which is no number`);
  const value = args[Number(index)];
  if (Number(index) < 0) throw new GiteaPanic(`the format "${form}" has a negative number in braces`);
  if (value === undefined) throw new GiteaError(`the format "${form}" asks for more arguments than there are`);
  return value;
}

