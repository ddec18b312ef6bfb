import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { installIn, packAll } from './consumer.js';
import { exampleOf } from './examples.js';
import { nodeVersions } from './node-versions.js';
import { LIBRARIES, workspaceRoot } from './published.js';
import { commonJsSource, compiledExample } from './readme-example.js';
import { stagePackages } from './stage.js';
import { startStandIn, type StandIn } from './worlds.js';

// Compilers and whole processes: seconds each, more beside others.
vi.setConfig({ testTimeout: 120_000 });
const exec = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'packages-'));
const project = join(folder, 'project');
const examples = LIBRARIES.map(exampleOf);
const tarballs = await packAll((await stagePackages(join(folder, 'staged'))).values(), join(folder, 'packed'));
const installed = await installIn(project, tarballs);
const title = (text: string) => (installed ? text : `${text} (npm reaches no registry for what the packages depend on: npm ping)`);

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
  mkdirSync(join(project, 'examples'), { recursive: true });
  for (const { name, code } of examples) {
    writeFileSync(join(project, `examples/${name}.mjs`), compiledExample(code, 'import'));
    writeFileSync(join(project, `examples/${name}.cjs`), compiledExample(code, 'require'));
  }
});
afterAll(() => {
  standIn.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(nodeVersions())('on Node $major', ({ major, path, command }) => {
  describe.skipIf(!installed || path === null)(path === null ? `the packages (Node ${major} could not be fetched: ${command})` : title('the packages'), () => {
    const run = (args: readonly string[]) =>
      exec(path!, [...args], { cwd: project, env: { PATH: process.env['PATH'], STAND_IN: standIn.url, AWS_ENDPOINT_URL: standIn.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_EC2_METADATA_DISABLED: 'true', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } });

    it.each(examples)('runs the example of $folder by import and by require, without a warning', async ({ name, prints }) => {
      const answers = await Promise.all(['mjs', 'cjs'].map((extension) => run([`examples/${name}.${extension}`])));
      for (const { stdout, stderr } of answers) {
        expect(stdout).toMatch(prints);
        expect(stderr).toBe('');
      }
    });

    it('runs tinqs-ci', async () => {
      const workflows = join(project, 'checkout/.gitea/workflows');
      mkdirSync(workflows, { recursive: true });
      writeFileSync(join(workflows, 'ci.yml'), 'on: push\njobs: { build: { runs-on: go, steps: [{ run: make }] } }\n');

      const { stdout } = await run([join(project, 'node_modules/@tinqs/cli/bin/tinqs-ci.mjs'), 'explain', 'checkout', '--event', 'push', '--ref', 'main', '--files', 'a.go']);

      expect(stdout).toContain('.gitea/workflows/ci.yml:1 runs');
    });
  });
});

/** Reading the declarations of the AWS SDK takes four fifths of a compiler's time: one of the three does. */
const withoutAws = examples.filter(({ code }) => !code.includes('@aws-sdk/'));

describe.skipIf(!installed)(title('the types of the packages'), () => {
  it.each([
    { options: { module: 'nodenext' }, extensions: ['mts', 'cts'], tried: examples, reason: 'an ECMAScript and a CommonJS project' },
    { options: { module: 'node16' }, extensions: ['mts'], tried: withoutAws, reason: 'the oldest rules; from CommonJS they know no require of a module (TS1479)' },
    { options: { module: 'esnext', moduleResolution: 'bundler' }, extensions: ['ts'], tried: withoutAws, reason: 'a bundled project' },
  ])('hold in $options for $extensions: $reason', async ({ options, extensions, tried }) => {
    const sources = join(project, `types-${options.module}`);
    mkdirSync(sources);
    for (const { name, code } of tried) for (const extension of extensions) writeFileSync(join(sources, `${name}.${extension}`), `${extension === 'cts' ? commonJsSource(code) : code}\nexport {};\n`);
    const compilerOptions = { target: 'es2022', lib: ['es2023'], strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true, types: ['node'], typeRoots: [join(workspaceRoot, 'node_modules/@types')], ...options };
    writeFileSync(join(sources, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*'] }));

    const { stdout } = await exec(process.execPath, [join(workspaceRoot, 'node_modules/typescript/bin/tsc'), '-p', sources]).catch((error: { stdout: string }) => error);

    expect(stdout).toBe('');
  });
});
