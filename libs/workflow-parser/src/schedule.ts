import { momentOf, timeZoneOf, utc } from './time-zone.js';
import type { TimeZone } from './time-zone.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** A closed set of numbers a field allows; `any`: it was written with a star, which decides how day and weekday combine. */
interface Field {
  readonly allowed: ReadonlySet<number>;
  readonly any: boolean;
}

interface Fields {
  readonly kind: 'fields';
  readonly minute: Field;
  readonly hour: Field;
  readonly day: Field;
  readonly month: Field;
  readonly weekday: Field;
  readonly zone: TimeZone;
}

type Schedule = Fields | { readonly kind: 'every'; readonly ms: number };
type Parsed = Schedule | { readonly kind: 'invalid'; readonly reason: string } | { readonly kind: 'panic'; readonly reason: string };

/** `panic`: Gitea's own parser dies on it (`TZ=…` without a blank behind it). */
export type NextTimes =
  | { readonly kind: 'times'; readonly times: readonly Date[] }
  | { readonly kind: 'invalid' | 'panic'; readonly reason: string };

/**
 * Computes when a `cron` entry fires next after a moment, to the minute and in UTC, unless it begins with `TZ=Europe/Berlin ` or
 * `CRON_TZ=…`. Five fields, names of months and weekdays, `@daily` and its like, `@every 5m`; Sunday is 0, never 7; no `L`, `W`, `#`.
 * Gitea gives up on a schedule that does not fire within five years: then the list is shorter than `count`, or empty.
 */
export function nextTimes(cron: string, from: Date, count = 1): NextTimes {
  const schedule = parseSchedule(cron);
  if (schedule.kind === 'invalid' || schedule.kind === 'panic') return schedule;
  const times: Date[] = [];
  let at: number | undefined = from.getTime();
  while (times.length < count) {
    at = schedule.kind === 'every' ? Math.floor(at / second) * second + schedule.ms : nextMatch(schedule, at);
    if (at === undefined) break;
    times.push(new Date(at));
  }
  return { kind: 'times', times };
}

const star: Field = { allowed: new Set(Array.from({ length: 60 }, (_, i) => i)), any: true };
const only = (value: number): Field => ({ allowed: new Set([value]), any: false });
const descriptors: Readonly<Record<string, Partial<Fields>>> = {
  '@yearly': { day: only(1), month: only(1) },
  '@annually': { day: only(1), month: only(1) },
  '@monthly': { day: only(1) },
  '@weekly': { weekday: only(0) },
  '@daily': {},
  '@midnight': {},
  '@hourly': { hour: star },
};

const monthNames = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function parseSchedule(cron: string): Parsed {
  if (cron === '') return { kind: 'invalid', reason: 'the schedule is empty' };
  let zone: TimeZone | undefined = utc;
  let text = cron;
  if (/^(?:CRON_)?TZ=/.test(cron)) {
    const blank = cron.indexOf(' ');
    if (blank < 0) return { kind: 'panic', reason: `"${cron}" names a time zone and no time` };
    const name = cron.slice(cron.indexOf('=') + 1, blank);
    zone = timeZoneOf(name);
    if (!zone) return { kind: 'invalid', reason: `there is no time zone "${name}"` };
    text = cron.slice(blank).trim();
  }
  if (text.startsWith('@every ')) {
    const ms = durationOf(text.slice('@every '.length));
    return ms === undefined ? { kind: 'invalid', reason: `"${text}" holds no duration such as 1h30m` } : { kind: 'every', ms: Math.max(second, Math.floor(ms / second) * second) };
  }
  if (text.startsWith('@')) {
    const fields = Object.hasOwn(descriptors, text) ? descriptors[text] : undefined;
    return fields ? { kind: 'fields', minute: only(0), hour: only(0), day: star, month: star, weekday: star, ...fields, zone } : { kind: 'invalid', reason: `"${text}" is no known schedule; @hourly, @daily, @weekly, @monthly, @yearly and @every are` };
  }
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length !== 5) return { kind: 'invalid', reason: `expected 5 fields (minute hour day month weekday), found ${words.length}` };
  const [minutes, hours, days, months, weekdays] = [fieldOf(words[0], 0, 59), fieldOf(words[1], 0, 23), fieldOf(words[2], 1, 31), fieldOf(words[3], 1, 12, monthNames), fieldOf(words[4], 0, 6, weekdayNames)];
  for (const field of [minutes, hours, days, months, weekdays]) if (typeof field === 'string') return { kind: 'invalid', reason: field };
  return { kind: 'fields', minute: minutes as Field, hour: hours as Field, day: days as Field, month: months as Field, weekday: weekdays as Field, zone };
}

/** A field is a list of `*`, `5`, `1-5`, each with `/step`; a text is the reason why it is none. Empty entries between commas count for nothing. */
function fieldOf(text = '', least: number, most: number, names: readonly string[] = []): Field | string {
  const allowed = new Set<number>();
  let any = false;
  for (const part of text.split(',').filter((entry) => entry !== '')) {
    const [range = '', stepText, ...more] = part.split('/');
    const [low = '', high, ...evenMore] = range.split('-');
    const open = low === '*' || low === '?';
    if (more.length > 0 || (!open && evenMore.length > 0)) return `"${part}" has a / or - too many`;
    const first = open ? least : numberOf(low, names);
    const step = stepText === undefined ? 1 : numberOf(stepText, []);
    const last = open ? most : high !== undefined ? numberOf(high, names) : stepText !== undefined ? most : first;
    if (first === undefined || last === undefined || step === undefined) return `"${part}" is no number, range or step`;
    if (first < least || last > most || first > last) return `"${part}" leaves the range ${least}-${most}`;
    if (step === 0) return `"${part}" has a step of 0`;
    if (open && step === 1) any = true;
    for (let value = first; value <= last; value += step) allowed.add(value);
  }
  return { allowed, any };
}

function numberOf(text: string, names: readonly string[]): number | undefined {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  return /^(?:\+?\d+|-0+)$/.test(text) ? Math.abs(Number(text)) : undefined;
}

const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: second, m: minute, h: hour };

function durationOf(text: string): number | undefined {
  if (/^[-+]?0$/.test(text)) return 0;
  if (!/^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)([^\d.]+)/g)) ms += Number(amount) * (units[unit ?? ''] ?? 0);
  // A Go duration holds 292 years.
  if (ms > 9_223_372_036_854.775) return undefined;
  return text.startsWith('-') ? -ms : ms;
}

function nextMatch(schedule: Fields, after: number): number | undefined {
  const { zone } = schedule;
  const local = (at: number): Date => new Date(at + zone(at));
  let at = Math.floor(after / second) * second + second;
  const lastYear = local(at).getUTCFullYear() + 5;
  for (;;) {
    const now = local(at);
    if (now.getUTCFullYear() > lastYear) return undefined;
    const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
    if (!schedule.month.allowed.has(month + 1)) at = momentOf(zone, Date.UTC(year, month + 1, 1));
    else if (!dayMatches(schedule, now)) at = momentOf(zone, Date.UTC(year, month, day + 1));
    else if (!schedule.hour.allowed.has(now.getUTCHours())) at = at - (at + zone(at)) % hour + hour;
    else if (!schedule.minute.allowed.has(now.getUTCMinutes())) at = at - (at % minute) + minute;
    else if (now.getUTCSeconds() !== 0) at = at - (at % minute) + minute;
    else return at;
  }
}

/** With a star in either, both must fit; else one is enough. */
function dayMatches({ day, weekday }: Fields, now: Date): boolean {
  const [dayFits, weekdayFits] = [day.allowed.has(now.getUTCDate()), weekday.allowed.has(now.getUTCDay())];
  return day.any || weekday.any ? dayFits && weekdayFits : dayFits || weekdayFits;
}
