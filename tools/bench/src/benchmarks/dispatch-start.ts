import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { QueueMessage } from '@tinqs/installation';
import { build, type BuildOptions } from 'esbuild';
import type { Benchmark, Measured } from '../benchmark.js';
import { sampledRatio } from '../harness.js';
import { receive, startJobSource } from '../job-source.js';
import { startLaunchCloud, type CloudCall } from '../launch-cloud.js';
import { CALL_HANDLER } from '../process-start.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const bundle = here('../../../../apps/dispatcher/dist/lambda-dispatch.cjs');
const asDeployed = createRequire(import.meta.url)('../../../lambda/bundle.cjs') as BuildOptions;

async function measure(): Promise<Measured> {
  if (!existsSync(bundle)) return { kind: 'missing', sentence: 'not built: npx nx run dispatcher:build' };
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-start-'));
  const gitea = await startJobSource();
  const cloud = await startLaunchCloud(gitea.url);
  const environment = { PATH: process.env['PATH'] ?? '', AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example', AWS_ENDPOINT_URL: cloud.url, QUEUE_URL: `${cloud.url}/1/queue`, DDB_TABLE: 'bench', GITEA_URL: cloud.url, GITEA_TOKEN: 'token', ALLOWED_REPOSITORIES: 'acme/*', RUNNER_AMI: 'ami-0123456789abcdef0', SUBNET: 'subnet-a', SECURITY_GROUP: 'sg-1' };

  /** Milliseconds from the process's start to its launch call, with what it called before. */
  async function untilLaunch(args: readonly string[]): Promise<{ readonly ms: number; readonly calls: readonly CloudCall[] }> {
    const launch = cloud.nextLaunch();
    const from = performance.now();
    const child = spawn(process.execPath, args, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(child, 'exit');
    const { at, calls } = await Promise.race([launch, exited.then(() => Promise.reject(new Error(`expected a launch, found none: ${output.slice(-2_000)}`)))]);
    await exited;
    return { ms: at - from, calls };
  }

  try {
    const floorFile = join(folder, 'floor.cjs');
    await build({ ...asDeployed, entryPoints: [here('../dispatch-floor.ts')], outfile: floorFile, bundle: true, minify: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' });
    const messages: QueueMessage[] = [];
    for (const delivery of gitea.queueJobs(1)) await receive(delivery, async (message) => void messages.push(message));
    const event = JSON.stringify({ Records: messages.map((message, index) => ({ messageId: String(index), body: JSON.stringify(message) })) });
    const ours = ['-e', CALL_HANDLER, bundle, event];
    const callsFile = join(folder, 'calls.json');
    writeFileSync(callsFile, JSON.stringify((await untilLaunch(ours)).calls));
    return await sampledRatio({ warmUps: 2, rounds: 20 }, { work: async () => (await untilLaunch(ours)).ms, floor: async () => (await untilLaunch([floorFile, callsFile])).ms });
  } finally {
    cloud.end();
    await gitea.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const dispatchStart: readonly Benchmark[] = [{ id: 'dispatch-start', what: 'dispatch, from process start to its first launch call, over a bare process that makes the same calls with the same SDK', unit: '×', budget: 1.3, measure }];
