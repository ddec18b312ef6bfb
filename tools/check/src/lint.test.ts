import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
let eslint: ESLint;

beforeAll(() => {
  process.chdir(workspaceRoot);
  eslint = new ESLint({ cwd: workspaceRoot });
});

/** The rules that a text breaks as if it stood at that path. */
async function broken(path: string, text: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(text, { filePath: `${workspaceRoot}/${path}` });
  return result!.messages.map((message) => message.ruleId ?? message.message);
}

describe('core is pure', () => {
  const probes = [
    ['a Node built-in', "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n", 'no-restricted-imports'],
    ['a built-in without prefix', "import { createHash } from 'crypto';\nexport const x = createHash;\n", 'no-restricted-imports'],
    ['the clock', 'export const x = Date.now();\n', 'no-restricted-properties'],
    ['the clock by constructor', 'export const x = new Date();\n', 'no-restricted-syntax'],
    ['randomness', 'export const x = Math.random();\n', 'no-restricted-properties'],
    ['cryptographic randomness', 'export const x = crypto.randomUUID();\n', 'no-restricted-globals'],
    ['the environment', "export const x = process.env['A'];\n", 'no-restricted-globals'],
    ['the network', "export const x = fetch('https://example.com');\n", 'no-restricted-globals'],
    ['timers', 'export const x = setTimeout(() => undefined, 1);\n', 'no-restricted-globals'],
    ['output', "console.log('x');\nexport {};\n", 'no-restricted-globals'],
    ['a late import', "export const x = import('yaml');\n", 'no-restricted-syntax'],
  ] as const;

  for (const library of ['workflow-parser', 'trigger-matcher', 'userdata-renderer', 'fleet']) {
    it.each(probes)(`${library} may not use %s`, async (_what, text, rule) => {
      expect(await broken(`libs/${library}/src/index.ts`, text)).toContain(rule);
    });
  }

  it('lets core make a date of a number, and tests use what they like', async () => {
    expect(await broken('libs/fleet/src/index.ts', 'export const x = new Date(0);\n')).toEqual([]);
    expect(await broken('libs/fleet/src/readme.test.ts', "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n")).toEqual([]);
  });
});

describe('imports point one way', () => {
  const forbidden = [
    ['core', 'an adapter', 'libs/fleet/src/index.ts', '@tinqs/run-store'],
    ['core', 'the AWS SDK', 'libs/fleet/src/index.ts', '@aws-sdk/client-ec2'],
    ['an adapter', 'another adapter', 'libs/gitea-client/src/index.ts', '@tinqs/spot-launcher'],
    ['an adapter', 'the wiring', 'libs/run-store/src/index.ts', '@tinqs/installation'],
    ['an app', 'another app', 'apps/monitor/src/index.ts', '@tinqs/dispatcher'],
    ['an app', 'the simulator', 'apps/dispatcher/src/index.ts', '@tinqs/simulator'],
    ['the simulator', 'an adapter', 'tools/simulator/src/index.ts', '@tinqs/gitea-client'],
  ] as const;

  it.each(forbidden)('%s may not import %s', async (_who, _what, path, target) => {
    expect(await broken(path, `import * as probe from '${target}';\nexport const x = probe;\n`)).toContain('@nx/enforce-module-boundaries');
  });

  const allowed = [
    ['an adapter', 'core', 'libs/run-store/src/index.ts', '@tinqs/fleet'],
    ['an app', 'an adapter', 'apps/dispatcher/src/index.ts', '@tinqs/gitea-client'],
    ['standalone', 'the apps', 'apps/standalone/src/start.ts', '@tinqs/dispatcher'],
  ] as const;

  it.each(allowed)('%s may import %s', async (_who, _what, path, target) => {
    expect(await broken(path, `import * as probe from '${target}';\nexport const x = probe;\n`)).toEqual([]);
  });
});
