// Lints every script of the actions; without shellcheck it says so loudly and passes, as every optional tool does here.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const scripts = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.sh'));
const { error, status } = spawnSync('shellcheck', ['--external-sources', '--source-path=SCRIPTDIR', '--shell=bash', ...scripts], { cwd: folder, stdio: 'inherit' });
if (error) console.log('SKIPPED  shellcheck of the actions: apt-get install shellcheck');
process.exitCode = error ? 0 : status;
