import { $ZodObjectJIT } from 'zod/v4/core';
import * as z from 'zod/mini';

type Shape = z.core.$ZodLooseShape;
type MiniObject<T extends Shape> = z.ZodMiniObject<T, z.core.$strip>;

// By name: through `z.core` a bundle would take all of zod with it.
const compile: z.core.$constructor<z.core.$ZodObject> = $ZodObjectJIT;

/**
 * An object whose check is compiled at its first use, as `zod` itself does it; `zod/mini` asks its fields one by one, which
 * was the most expensive part of a webhook after the JSON. Where code may not be made at run time that is done still.
 */
export function compiledObject<T extends Shape>(shape: T, expected: string): MiniObject<T> {
  const schema = z.object(shape, expected) as unknown as MiniObject<T>;
  compile.init(schema as unknown as z.core.$ZodObject, schema._zod.def as unknown as z.core.$ZodObjectDef);
  // What an object without further checks runs was set when it was made.
  schema._zod.run = schema._zod.parse;
  return schema;
}
