import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const STAND_IN_TOKEN = 'a'.repeat(40);

/** A program that is called as Gitea is, and as `web` answers the API: its version, JSON, text and a refusal. */
export function standInGitea(folder: string, { admin = `token: ${STAND_IN_TOKEN}`, web = 'serve()' } = {}): string {
  const file = join(folder, 'gitea.cjs');
  writeFileSync(file, `#!${process.execPath}
const { readFileSync } = require('node:fs');
const ini = readFileSync(process.argv[process.argv.indexOf('--config') + 1], 'utf8');
const serve = () => require('node:http').createServer((request, response) => {
  if (request.headers.authorization !== 'token ${STAND_IN_TOKEN}') return response.writeHead(401).end();
  const json = (text) => response.setHeader('content-type', 'application/json;charset=utf-8').end(text);
  if (request.url === '/api/v1/version') return json('{"version":"1.25.4"}');
  if (request.url === '/api/v1/word') return json('"word"');
  if (request.url === '/api/v1/nothing') return json('');
  if (request.url === '/api/v1/log') return response.setHeader('content-type', 'text/plain').end('{a log}');
  response.writeHead(404).end('no such page');
}).listen(/HTTP_PORT = (\\d+)/.exec(ini)[1], '127.0.0.1');
switch (process.argv[2]) {
  case 'admin': console.log(${JSON.stringify(admin)}); break;
  case 'web': ${web};
}
`, { mode: 0o755 });
  return file;
}
