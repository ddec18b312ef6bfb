import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Measured } from '../benchmark.js';

const apps = fileURLToPath(new URL('../../../../apps/', import.meta.url));

/** The largest of an app's minified functions that the names let through. */
async function largest(app: string, lets: (name: string) => boolean): Promise<Measured> {
  const folder = `${apps}${app}/dist`;
  const sizes = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.cjs') && lets(name)).map((name) => statSync(`${folder}/${name}`).size) : [];
  return sizes.length === 0 ? { kind: 'missing', sentence: `not built: npx nx run ${app}:build` } : { kind: 'samples', samples: [Math.max(...sizes)] };
}

const isWebhook = (name: string): boolean => name === 'lambda-webhook.cjs';

export const bundles: readonly Benchmark[] = [
  { id: 'bundle-webhook', what: 'bundle of the webhook, minified', unit: 'bytes', budget: 250_000, measure: () => largest('dispatcher', isWebhook) },
  { id: 'bundle-dispatcher', what: 'bundle of the dispatch function, minified', unit: 'bytes', budget: 650_000, measure: () => largest('dispatcher', (name) => !isWebhook(name)) },
];
