#!/usr/bin/env node
// Runs the built command where there is one, else the source: a fresh clone needs no build.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const source = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const tsx = () => import.meta.resolve('tsx');
const args = existsSync(built) ? [built] : ['--conditions=@tinqs/source', '--import', tsx(), source];
const { status, signal, error } = spawnSync(process.execPath, [...args, ...process.argv.slice(2)], { stdio: 'inherit' });
if (error) throw error;
process.exitCode = status ?? (signal === null ? 1 : 130);
