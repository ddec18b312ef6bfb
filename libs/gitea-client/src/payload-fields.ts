import * as z from 'zod/mini';
import { compiledObject } from './compiled-object.js';

/*
 * What a field of a payload or an answer may hold. The message of each schema is the phrase after "expected" in a refusal,
 * see field-problems.ts.
 */

export const text = z.string('text');

export const id = z.int('a whole number').check(z.positive('a number above zero'));

/** Gitea's system users have negative ids: the Actions bot is -2. */
export const userId = z.int('a whole number');

export const count = z.int('a whole number').check(z.nonnegative('a number from zero up'));

export const flag = z.boolean('true or false');

export const time = z.string('a time').check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'a time'));

/** Go leaves zero values out or writes null, by the field and the version. */
export function maybe<T extends z.core.SomeType>(schema: T): z.ZodMiniOptional<z.ZodMiniNullable<T>> {
  return z.optional(z.nullable(schema));
}

export function listOf<T extends z.core.SomeType>(schema: T): z.ZodMiniArray<T> {
  return z.array(schema, 'a list');
}

export function object<T extends z.core.$ZodLooseShape>(shape: T): z.ZodMiniObject<T, z.core.$strip> {
  return compiledObject(shape, 'an object');
}

/** A time as it was written; null where Gitea means "not yet": it then writes 1970 (jobs) or the year 1. */
export function timeOf(value: string | null | undefined): string | null {
  return value == null || Date.parse(value) <= 0 ? null : value;
}
