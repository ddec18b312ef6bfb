import { spawnSync } from 'node:child_process';
import type { Benchmark, Measured } from '../benchmark.js';
import { sampledRatio } from '../harness.js';
import { createMonorepo, type Fetched } from '../monorepo.js';

/** The action over a full clone of the same repository, from a git server on loopback: what a slow line would add is in the bytes. */
async function ratio(of: keyof Fetched): Promise<Measured> {
  if (process.platform === 'win32' || spawnSync('git', ['--version']).status !== 0) return { kind: 'missing', sentence: 'needs bash and git' };
  const monorepo = await createMonorepo();
  try {
    return await sampledRatio({ warmUps: 1, rounds: 5 }, { work: async () => (await monorepo.checkOutFolder())[of], floor: async () => (await monorepo.cloneAll())[of] });
  } finally {
    await monorepo.remove();
  }
}

export const checkout: readonly Benchmark[] = [
  { id: 'checkout-bytes', what: 'bytes of checkout with sparse (depth 1, blob:none) over a full clone of a monorepo', unit: '×', budget: null, measure: () => ratio('bytes') },
  { id: 'checkout-time', what: 'its time over that of the full clone, on loopback', unit: '×', budget: null, measure: () => ratio('ms') },
];
