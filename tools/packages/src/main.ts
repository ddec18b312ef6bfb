/**
 * Usage: npx nx run packages:stage
 * Lays out what is published, ready for `npm pack` and `nx release publish`, below tools/packages/dist.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceRoot } from './published.js';
import { stagePackages } from './stage.js';

for (const [name, folder] of await stagePackages(fileURLToPath(new URL('../dist', import.meta.url)))) console.log(`${name}  ${relative(workspaceRoot, folder)}`);
