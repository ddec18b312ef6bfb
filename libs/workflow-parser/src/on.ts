import { decode } from './go-decode.js';
import type { DecodedMap, DecodeReport } from './go-decode.js';
import type { GiteaVersion } from './gitea-version.js';
import { isMapping } from './go-value.js';
import type { GoValue } from './go-value.js';
import type { Position } from './problem.js';
import { readingRules } from './reading-rules.js';
import type { DispatchInput, FilterValue, Trigger, TriggerFilter, TriggerSchedule } from './trigger.js';
import type { YamlNode } from './yaml-node.js';

interface Reading {
  readonly gitea: GiteaVersion;
  readonly report: DecodeReport;
  readonly position: (offset: number) => Position;
}

/** Reads the value of `on`. Undefined: Gitea ignores the file, and the reasons were reported. */
export function readTriggers(on: YamlNode | undefined, root: YamlNode, { gitea, report, position }: Reading): readonly Trigger[] | undefined {
  let valid = true;
  const reading: Reading = {
    gitea,
    position,
    report: (node, code, message) => {
      valid = false;
      report(node, code, message);
    },
  };
  const triggers = on ? entriesOf(on, reading) : missing(root, reading);
  return valid ? triggers.filter((trigger) => readingRules[gitea].callIsTrigger || trigger.name !== 'workflow_call') : undefined;
}

function missing(root: YamlNode, { report }: Reading): readonly Trigger[] {
  report(root, 'on-missing', 'there is no "on", so no event can start this workflow; add for example `on: push`');
  return [];
}

function entriesOf(on: YamlNode, reading: Reading): readonly Trigger[] {
  if (on.kind === 'scalar') return [{ name: textOf(on, reading), ...reading.position(on.offset) }];
  if (on.kind === 'seq') {
    const values = decode(on, { list: 'any' }, reading.gitea, reading.report) as readonly GoValue[] | undefined;
    return (values ?? []).map((value, index) => {
      const node = on.items[index] ?? on;
      if (typeof value !== 'string') reading.report(node, 'on-entry', 'an entry of "on" must be the name of an event; Gitea ignores the file');
      return { name: String(value), ...reading.position(node.offset) };
    });
  }
  if (on.kind === 'alias') {
    reading.report(on, 'on-alias', `an alias cannot stand as the value of "on"; write *${on.value} out`);
    return [];
  }
  return pairsOf(on).map(([key, value]) => {
    if (key.kind !== 'scalar') reading.report(key, 'on-entry', 'the name of an event must be a text');
    const at = reading.position(key.offset);
    if (!readingRules[reading.gitea].callIsTrigger && key.value === 'workflow_call') return { name: key.value, ...at };
    return { name: key.value, ...at, ...detailsOf(key.value, value, reading) };
  });
}

type Details = Pick<Trigger, 'filters' | 'schedules' | 'inputs'>;

function detailsOf(event: string, value: YamlNode, reading: Reading): Details {
  if (value.kind === 'scalar') return {};
  if (value.kind === 'seq') {
    const schedules = schedulesOf(event, value, reading);
    return schedules.length > 0 ? { schedules } : {};
  }
  if (value.kind === 'map') return filtersOf(event, value, reading);
  reading.report(value, 'on-alias', `an alias cannot stand as the value of an event; write *${value.value} out`);
  return {};
}

function schedulesOf(event: string, list: YamlNode, reading: Reading): readonly TriggerSchedule[] {
  const values = (decode(list, { list: 'any' }, reading.gitea, reading.report) ?? []) as readonly GoValue[];
  return values.map((value, index) => {
    const node = list.items[index] ?? list;
    const at = reading.position(node.offset);
    if (event !== 'schedule') return { entries: null, ...at };
    if (!isMapping(value) || value.general || [...value.entries.values()].some((item) => typeof item !== 'string')) {
      reading.report(node, 'on-schedule', 'an entry of "schedule" must be a map of texts, such as `- cron: "0 4 * * *"`');
      return { entries: null, ...at };
    }
    return { entries: Object.fromEntries(value.entries) as Record<string, string>, ...at };
  });
}

function filtersOf(event: string, map: YamlNode, reading: Reading): Details {
  const filters = new Map<string, TriggerFilter>();
  const inputs: DispatchInput[] = [];
  for (const [key, value] of pairsOf(map)) {
    if (key.kind !== 'scalar') reading.report(key, 'on-filter', 'the name of a filter must be a text');
    const name = key.kind === 'scalar' ? textOf(key, reading) : '';
    if (value.kind === 'map') {
      if (event === 'workflow_dispatch' && name === 'inputs') inputs.push(...inputsOf(value, reading));
      else reading.report(value, 'on-filter', `"${name}" under "${event}" must be a text or a list of texts, not a map; Gitea ignores the file`);
    } else if (value.kind === 'alias') {
      reading.report(value, 'on-alias', `an alias cannot stand as the value of a filter; write *${value.value} out`);
    } else {
      filters.set(name, { key: name, values: valuesOf(value, reading), ...reading.position(key.offset) });
    }
  }
  return { ...(filters.size > 0 ? { filters: [...filters.values()] } : {}), ...(inputs.length > 0 ? { inputs } : {}) };
}

function valuesOf(value: YamlNode, reading: Reading): readonly FilterValue[] {
  if (value.kind === 'scalar') return [{ value: textOf(value, reading), ...reading.position(value.offset) }];
  return value.items.flatMap((item) => {
    const decoded = decode(item, 'string', reading.gitea, reading.report);
    return typeof decoded === 'string' ? [{ value: decoded, ...reading.position(item.offset) }] : [];
  });
}

const inputShape = { fields: { name: 'string', description: 'string', required: 'bool', default: 'string', type: 'string', options: { list: 'string' } } } as const;

function inputsOf(map: YamlNode, reading: Reading): readonly DispatchInput[] {
  return pairsOf(map).map(([key, value]) => {
    if (key.kind !== 'scalar') reading.report(key, 'on-input', 'the name of an input must be a text');
    if (value.kind !== 'map') reading.report(value, 'on-input', `the input "${key.value}" must be a map, such as {type: string}`);
    const decoded = value.kind === 'map' ? (decode(value, inputShape, reading.gitea, reading.report) as DecodedMap | undefined) : undefined;
    const text = (field: string): string => (typeof decoded?.entries.get(field) === 'string' ? (decoded.entries.get(field) as string) : '');
    const options = decoded?.entries.get('options');
    return {
      name: key.kind === 'scalar' ? textOf(key, reading) : '',
      description: text('description'),
      required: decoded?.entries.get('required') === true,
      default: text('default'),
      type: text('type'),
      options: Array.isArray(options) ? (options as readonly string[]) : null,
      ...reading.position(key.offset),
    };
  });
}

/** A text as Gitea decodes it where it wants one: null is the empty text. */
function textOf(node: YamlNode, { gitea, report }: Reading): string {
  const decoded = decode(node, 'string', gitea, report);
  return typeof decoded === 'string' ? decoded : '';
}

function pairsOf(map: YamlNode): readonly (readonly [YamlNode, YamlNode])[] {
  const pairs: (readonly [YamlNode, YamlNode])[] = [];
  for (let i = 0; i < map.items.length; i += 2) pairs.push([map.items[i] as YamlNode, map.items[i + 1] as YamlNode]);
  return pairs;
}
